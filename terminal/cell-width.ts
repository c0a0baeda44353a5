// How many cells of a terminal a text takes, and how to break or cut it there: never within a character that people see
// as one, and never within a word.
import { createRequire } from 'node:module'
import { stripVTControlCharacters } from 'node:util'

// What is not plain is measured by Unicode's tables, and loading them takes longer than most commands run.
const require = createRequire(import.meta.url)
type Measures = { readonly cells: (text: string) => number; readonly segmenter: Intl.Segmenter }
let loaded: Measures | undefined
const unicode = (): Measures =>
  (loaded ??= {
    cells: (require('string-width') as typeof import('string-width')).default,
    segmenter: new Intl.Segmenter(),
  })

/** Each of one cell, whatever stands beside it: ASCII, letters of Western Europe, and what octo's own sentences have. */
// allow(dead-export): the test tries every character of it
export const PLAIN = /^[\x20-\x7e\xa1-\xac\xae-\xff\u2010-\u2027\u2190-\u2193\u2500-\u257f\u2713\u2717\u2800-\u28ff]*$/

const ESCAPE = '\u001b'

/** Progress and live tables ask for the same texts with every redraw. */
const measured = new Map<string, number>()
const MAX_MEASURED = 256

/** Colour takes no cells, East Asian characters and emoji take two, a letter with its accents takes one. */
export function cellWidth(text: string): number {
  const shown = text.includes(ESCAPE) ? stripVTControlCharacters(text) : text
  return PLAIN.test(shown) ? shown.length : measuredWidth(shown)
}

/** The text in lines of at most `width` cells; a word that is longer stands whole on a line of its own. */
export function wrapWords(text: string, width: number): readonly string[] {
  if (cellWidth(text) <= width) return [text]
  const lines: string[] = []
  let line = ''
  let cells = 0
  for (const { piece, glue } of piecesOf(text)) {
    const more = cellWidth(piece)
    if (line !== '' && cells + glue.length + more > width) {
      lines.push(line)
      line = piece
      cells = more
    } else {
      const between = line === '' ? '' : glue
      line += between + piece
      cells += between.length + more
    }
  }
  return [...lines, line]
}

/** Cells of the longest part that cannot be broken. */
export function longestWord(text: string): number {
  return piecesOf(text).reduce((longest, { piece }) => Math.max(longest, cellWidth(piece)), 0)
}

/** The beginning of the text, with `…` for what does not fit. */
export function cutToWidth(text: string, width: number): string {
  if (cellWidth(text) <= width) return text
  let kept = ''
  let cells = 1
  for (const grapheme of graphemesOf(text)) {
    cells += cellWidth(grapheme)
    if (cells > width) break
    kept += grapheme
  }
  return width < 1 ? '' : `${kept}…`
}

/** The text in lines of `width` cells, broken wherever one is full. Colour, which would have to end and begin again, is left out. */
export function breakAnywhere(text: string, width: number): readonly string[] {
  if (cellWidth(text) <= width) return [text]
  const lines: string[] = []
  let line = ''
  for (const grapheme of graphemesOf(stripVTControlCharacters(text))) {
    if (line !== '' && cellWidth(line) + cellWidth(grapheme) > width) {
      lines.push(line)
      line = ''
    }
    line += grapheme
  }
  return [...lines, line]
}

/** The spaces that make the text as wide as asked; none when it is wider already. */
export function padding(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - cellWidth(text)))
}

type Piece = { readonly piece: string; readonly glue: '' | ' ' }

/** Words; of languages that write without spaces, single characters. */
function piecesOf(text: string): readonly Piece[] {
  return text
    .split(/ +/)
    .filter(Boolean)
    .flatMap((word) => unbreakable(word).map((piece, index): Piece => ({ piece, glue: index === 0 ? ' ' : '' })))
}

function unbreakable(word: string): readonly string[] {
  if (cellWidth(word) === word.length) return [word]
  const pieces: string[] = []
  let lastIsWide = true
  for (const grapheme of graphemesOf(word)) {
    const isWide = cellWidth(grapheme) > 1
    if (isWide || lastIsWide || pieces.length === 0) pieces.push(grapheme)
    else pieces[pieces.length - 1] += grapheme
    lastIsWide = isWide
  }
  return pieces
}

function measuredWidth(text: string): number {
  const known = measured.get(text)
  if (known !== undefined) return known
  const cells = unicode().cells(text)
  if (measured.size >= MAX_MEASURED) measured.clear()
  measured.set(text, cells)
  return cells
}

function graphemesOf(text: string): Iterable<string> {
  if (PLAIN.test(text)) return text
  return Iterator.from(unicode().segmenter.segment(text)).map(({ segment }) => segment)
}
