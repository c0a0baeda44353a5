// Foreign text inside XML or HTML, as text or in an attribute: for pages, feeds, drawings and reports.

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // The only one that HTML of before version 5 has no name for.
  "'": '&#39;',
}
/** What XML 1.0 cannot hold, not even as an entity. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

/** Line breaks are as they were, which makes spaces of them in an attribute of XML. */
export function escapeMarkup(text: string): string {
  return text.replace(FORBIDDEN, '\u{fffd}').replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '')
}

/** Line breaks stay what they are, in attributes too. */
export function escapeWithBreaks(text: string): string {
  return escapeMarkup(text).replace(/[\n\r\t]/g, (char) => `&#${char.charCodeAt(0)};`)
}
