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
  // A reader of addresses takes these away before it looks.
  return LIKE_A_PASSWORD.test(text.replace(/^[\0- ]+|[\t\n\r]/g, ''))
}

/** For whoever is told to leave a password out of an address that has none, as of a registry of npm: `https://host:8081/@scope/x`. */
export function hintOfLogin(hint: string, text: string): string {
  return looksLikePassword(text) ? `${hint}; an \`@\` of a path is written %40` : hint
}
