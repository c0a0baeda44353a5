// Reads Markdown as code hosts do: CommonMark with tables and struck text. Nothing is decided here about what may be shown.
import type { Token } from 'markdown-it'
import MarkdownIt from 'markdown-it'

/** Elements inside of each other. The parser itself leaves out in silence what is deeper than a hundred. */
const MAX_DEPTH = 40

/** HTML is read so that it can be left out; links are all read, so that one of a kind that is refused does not look like text. */
const PARSER = new MarkdownIt({ html: true, linkify: false, typographer: false })
PARSER.validateLink = () => true
PARSER.normalizeLink = (address) => address
PARSER.normalizeLinkText = (text) => text

/** Undefined for more tokens than that, or for what is too deep. */
export function parseMarkdown(text: string, maxTokens: number): readonly Token[] | undefined {
  const tokens = PARSER.parse(text, {})
  const all = tokens.flatMap((token) => [token, ...(token.children ?? [])])
  return all.length <= maxTokens && all.every(({ level }) => level <= MAX_DEPTH) ? tokens : undefined
}
