// Any text inside XML or HTML, as text or in an attribute.

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
/** What XML 1.0 cannot hold, not even as an entity. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

/** Line breaks stay what they are, in attributes too. */
export function escapeMarkup(text: string): string {
  return text
    .replace(FORBIDDEN, '\u{fffd}')
    .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '')
    .replace(/[\n\r\t]/g, (char) => `&#${char.charCodeAt(0)};`)
}
