// Draws a session as an SVG that moves by CSS alone: no script, no font and no file of others. What does not move is the end of it, which
// is also what those see who asked their system for less motion.
import { escapeMarkup } from '../../schemas/escape-markup.ts'
import { keyframesOf, scrolled } from './keyframes.ts'
import type { Look, SeenLine, Turn } from './session.ts'
import type { TimedRow } from './timeline.ts'
import { timelineOf } from './timeline.ts'

type Drawing = {
  readonly title: string
  readonly description: string
  /** What the window is called. */
  readonly name: string
  readonly columns: number
  /** Rows that are seen at once. */
  readonly visibleRows: number
}

const CELL = 9
const ROW = 23
const BASELINE = 16
const PADDING = 18
const BAR = 40
const FONTS = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace'

/** The colours of octo's pages. */
const STYLE = `
svg { --ink: #1b1f24; --dim: #57606a; --paper: #f6f8fa; --line: #d8dee4; --good: #116329; --warn: #7d4e00; --bad: #a40e26; --link: #0550ae; }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e6edf3; --dim: #9da7b3; --paper: #161b22; --line: #30363d; --good: #56d364; --warn: #e3b341; --bad: #ff7b72; --link: #79b8ff; }
}
text { font: 15px ${FONTS}; fill: var(--ink); white-space: pre; }
.window { fill: var(--paper); stroke: var(--line); }
.light { fill: var(--line); }
.cover { fill: var(--paper); }
.cursor { fill: var(--link); }
.bold { font-weight: 700; }
.dim { fill: var(--dim); }
.green { fill: var(--good); }
.yellow { fill: var(--warn); }
.red { fill: var(--bad); }
.cyan, .blue { fill: var(--link); }
.prompt { fill: var(--link); font-weight: 700; }`

export function drawSession(turns: readonly Turn[], drawing: Drawing): string {
  const { title, description, name, columns, visibleRows } = drawing
  const timeline = timelineOf(turns, columns)
  const grid = { cell: CELL, row: ROW, visibleRows, width: columns * CELL }
  const height = visibleRows * ROW
  const whole = { width: grid.width + 2 * PADDING, height: height + BAR + PADDING }
  const moving = '.row, .cover-up, .all'
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${whole.width}" height="${whole.height}" viewBox="0 0 ${whole.width} ${whole.height}" role="img" aria-labelledby="title description">
<title id="title">${escapeMarkup(title)}</title>
<desc id="description">${escapeMarkup(description)}</desc>
<style>${STYLE}
${moving} { animation: ${timeline.seconds.toFixed(2)}s step-end infinite; }
${keyframesOf(timeline, grid)}
@media (prefers-reduced-motion: reduce) { ${moving} { animation: none !important; } }
</style>
<rect class="window" x=".5" y=".5" width="${whole.width - 1}" height="${whole.height - 1}" rx="10"/>
${[0, 1, 2].map((at) => `<circle class="light" cx="${PADDING + 5 + at * 18}" cy="20" r="5.5"/>`).join('')}
<text class="dim" x="${whole.width / 2}" y="25" text-anchor="middle">${escapeMarkup(name)}</text>
<svg x="${PADDING}" y="${BAR}" width="${grid.width}" height="${height}">
<g class="all" style="animation-name:all" transform="translate(0 ${-scrolled(timeline.rows.length, grid)})">
${timeline.rows.map((row, at) => drawRow(row, at, grid.width)).join('\n')}
${cursorAt(2, timeline.rows.length - 1, `class="row" style="animation-name:r${timeline.rows.length - 1}"`)}
</g>
</svg>
</svg>
`
}

function drawRow({ line, typing }: TimedRow, at: number, width: number): string {
  const cover = typing ? drawCover(typing.column, at, width) : ''
  return `<g class="row" style="animation-name:r${at}">${drawText(line, at)}${cover}</g>`
}

/** Over what is not typed yet, the cursor in front; it stands aside when nothing moves. */
function drawCover(column: number, at: number, width: number): string {
  const rect = `<rect class="cover" x="${column * CELL}" y="${at * ROW}" width="${width}" height="${ROW}"/>`
  return `<g class="cover-up" style="animation-name:h${at}" transform="translate(${width})">${rect}${cursorAt(column, at)}</g>`
}

function cursorAt(column: number, row: number, group = ''): string {
  const rect = `<rect class="cursor" x="${column * CELL}" y="${row * ROW + 2}" width="${CELL}" height="18"/>`
  return group === '' ? rect : `<g ${group}>${rect}</g>`
}

/** Each piece at its own column and as wide as its cells, whatever font there is. */
function drawText(line: SeenLine, row: number): string {
  const spans = piecesOf(line).map(
    ({ column, text, look }) =>
      `<tspan x="${column * CELL}" textLength="${text.length * CELL}"${look === '' ? '' : ` class="${look}"`}>${escapeMarkup(text)}</tspan>`,
  )
  return spans.length === 0 ? '' : `<text y="${row * ROW + BASELINE}">${spans.join('')}</text>`
}

type Piece = { readonly column: number; readonly look: Look; readonly text: string }

/** Words of one look, parted where more than one space stands between them. */
function piecesOf({ text, looks }: SeenLine): readonly Piece[] {
  return [...text.matchAll(/\S+(?: \S+)*/g)].flatMap(({ 0: words, index }) => {
    const pieces: Piece[] = []
    for (const { 0: word, index: offset } of words.matchAll(/ ?\S/g)) {
      const column = index + offset
      const look = looks[column + word.length - 1] ?? ''
      const last = pieces.at(-1)
      if (last?.look === look) pieces[pieces.length - 1] = { ...last, text: last.text + word }
      else pieces.push({ column: column + word.length - 1, look, text: word.trim() })
    }
    return pieces
  })
}
