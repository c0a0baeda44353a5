// How an address is shown to people, in messages and in logs: user, password, query and fragment may be secrets, such as
// those of a presigned address, and are left out.
import { looksLikePassword } from './address-login.ts'

/** Also for texts that make no URL; a path without a scheme is shown as it is. */
export function shownAddress(address: string | URL): string {
  const text = String(address)
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text)) return withoutUser(text)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.host === '' || looksLikePassword(text) || /^[^/]*$/.test(text.replace('//', ''))) return cut(text)
  return `${url.protocol}//${url.host}${url.pathname}`
}

/** `//me:word@host/…` and `me:word@host/…`, which lack their scheme. */
function withoutUser(text: string): string {
  const isPath = /^\.{0,2}\/(?!\/)/.test(text)
  return isPath || !(/^\/\/|[?#]/.test(text) || hasUser(text)) ? text : cut(text)
}

/** A colon before the first slash, and an `@` behind it: by two looks, as one pattern for both goes back from each of many colons. */
function hasUser(text: string): boolean {
  const first = text.search(/[:/]/)
  return text[first] === ':' && text.includes('@', first)
}

/** A password that was not encoded may hold any of `/`, `?`, `#` and `@`: what stands before the last `@` goes first. */
function cut(text: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/|\/\/)?(.*)$/is.exec(text) ?? []
  const at = rest.lastIndexOf('@')
  return `${scheme}${at < 0 ? '' : '…@'}${rest.slice(at + 1).replace(/[?#].*$/s, '')}`
}
