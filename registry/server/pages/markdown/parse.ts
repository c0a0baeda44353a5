// Reads Markdown as code hosts do: CommonMark with tables and struck text. Nothing is decided here about what may be shown.
import type { Token } from 'markdown-it'
import MarkdownIt from 'markdown-it'

/** Elements inside of each other. The parser itself leaves out in silence what is deeper than a hundred. */
const MAX_DEPTH = 40

/** Characters of one paragraph, heading or cell: what takes the square of a length takes it of this one. */
const MAX_PARAGRAPH = 16 * 1024

/** HTML is read so that it can be left out; links are all read, so that one of a kind that is refused does not look like text. */
const PARSER = new MarkdownIt({ html: true, linkify: false, typographer: false })
PARSER.validateLink = () => true
PARSER.normalizeLink = (address) => address
PARSER.normalizeLinkText = (text) => text

PARSER.core.ruler.before('inline', 'bounds', (state) => {
  const isTooLong = state.tokens.some(({ type, content }) => type === 'inline' && content.length > MAX_PARAGRAPH)
  if (!isTooLong) return
  state.env.isTooMuch = true
  state.tokens = []
})

/** Undefined for more tokens than that, for what is too deep, and for a paragraph that is too long. */
export function parseMarkdown(text: string, maxTokens: number): readonly Token[] | undefined {
  const env: { isTooMuch?: boolean } = {}
  const tokens = PARSER.parse(text, env)
  const all = tokens.flatMap((token) => [token, ...(token.children ?? [])])
  if (env.isTooMuch || all.length > maxTokens || all.some(({ level }) => level > MAX_DEPTH)) return undefined
  return tokens
}
