// Whether an address holds a user or password, which would be shown to others, and travel to a server that it is not for. A password may
// hold any sign: of `https://me:12/ss@host` a reader of addresses makes the host `me` with the port 12.

/** Of a host with a port, with an `@` anywhere behind it; in a path that is written %40. */
const LIKE_A_PASSWORD = /^(?!file:)[a-z][a-z0-9+.-]*:[/\\]*(?:\[[^\]]*\]|[^/\\?#:@[]*):\d*[/\\?#].*@/is

export function holdsLogin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return (url !== undefined && `${url.username}${url.password}` !== '') || looksLikePassword(text)
}

/** An address of one host to a program, and of another one to whoever wrote it. */
export function looksLikePassword(text: string): boolean {
  return LIKE_A_PASSWORD.test(text)
}
