// What is left of HTML that an author put between Markdown: its text. Whatever this lets through is shown as text and escaped, so it
// only has to be readable, and to take no longer than its input is long.

const BREAK = /^<br\s*\/?>$/i
/** What stands between these tags is no text. */
const CODE = /^<(script|style|template|noscript|title)\b/
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0', '#39': "'" }

export function isLineBreak(tag: string): boolean {
  return BREAK.test(tag)
}

export function textOfHtml(html: string): string {
  const lower = html.toLowerCase()
  let text = ''
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open === -1) return text + entities(html.slice(at))
    text += entities(html.slice(at, open))
    const end = endOfTag(lower, open)
    // Not closed: what follows is no text of anybody.
    if (end === -1) return text
    if (end === open) {
      text += '<'
      at = open + 1
    } else at = end
  }
  return text
}

/** In lower case: behind the tag, comment or code that begins here; the same place when nothing begins, -1 when it never ends. */
function endOfTag(html: string, open: number): number {
  if (html.startsWith('<!--', open)) return after(html, '-->', open + 2)
  if (!/[a-z/!?]/.test(html[open + 1] ?? '')) return open
  const [, name] = CODE.exec(html.slice(open, open + 12)) ?? []
  return after(html, '>', name === undefined ? open : html.indexOf(`</${name}`, open))
}

function after(html: string, mark: string, from: number): number {
  const found = from === -1 ? -1 : html.indexOf(mark, from)
  return found === -1 ? -1 : found + mark.length
}

function entities(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
}
