// A sentence for people on a terminal of some width: broken at words, going on a little further in. A command in backticks stays
// whole, so that it is copied as one line.
import { cellWidth } from './cell-width.ts'

const INDENT = 2
/** With less room beside it, a text that is to stand below its beginning is not pushed so far. */
const MIN_ROOM = 20
const WORD = /( *)((?:`[^`\n]*`|[^ \n])+)/g

type Wrapping = {
  readonly width: number
  /** Spaces before all lines but the first. */
  readonly indent?: number | undefined
}

/** Spaces stay as they are within a line. What is longer than a line stands on one of its own, which the terminal breaks. */
export function wrapSentence(text: string, { width, indent = INDENT }: Wrapping): string {
  if (!text.includes('\n') && cellWidth(text) <= width) return text
  const below = width - indent < MIN_ROOM ? INDENT : indent
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, width, below))
    .join('\n')
}

function wrapLine(text: string, width: number, indent: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const [, space = '', word = ''] of text.matchAll(WORD)) {
    const cells = cellWidth(word)
    if (line.trim() === '' || cellWidth(line) + space.length + cells <= width) line += space + word
    else {
      lines.push(line)
      const left = [indent, INDENT].find((spaces) => spaces + cells <= width) ?? 0
      line = ' '.repeat(left) + word
    }
  }
  return [...lines, line]
}
