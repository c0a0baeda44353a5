// Addresses of the web that an author wrote without any markup, as links.
import { destinationOf } from './destination.ts'

const ADDRESS = /https?:\/\/[^\s<>"'`]{1,2048}/g
/** Ends a sentence and no address. */
const TAIL = '.,;:!?)]}*_'

export function linkedText(
  text: string,
  link: (href: string, words: string) => string,
  escaped: (text: string) => string,
): string {
  let out = ''
  let at = 0
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = withoutTail(found)
    const destination = destinationOf(address)
    if (destination.kind !== 'outside') continue
    out += escaped(text.slice(at, index)) + link(destination.href, address)
    at = index + address.length
  }
  return out + escaped(text.slice(at))
}

function withoutTail(address: string): string {
  let end = address.length
  while (end > 0 && TAIL.includes(address[end - 1] ?? ' ')) end -= 1
  return address.slice(0, end)
}
