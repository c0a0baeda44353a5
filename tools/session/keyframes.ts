// The movement of a drawn session: which rows are there when, what covers those that are being typed, and how far all has scrolled.
// What has no keyframe is as it is at the end.
import type { TimedRow, Timeline } from './timeline.ts'

type Grid = { readonly cell: number; readonly row: number; readonly width: number; readonly visibleRows: number }

/** `rN` for a row, `hN` for what hides what is not typed yet, `all` for the screen. */
export function keyframesOf({ rows, seconds }: Timeline, grid: Grid): string {
  const percent = (at: number) => `${short((at / seconds) * 100)}%`
  const appear = ({ at }: TimedRow, row: number) =>
    at === 0 ? '' : `@keyframes r${row}{0%{opacity:0}${percent(at)}{opacity:1}}`
  const type = ({ line, typing }: TimedRow, row: number) => {
    if (!typing) return ''
    const keys = line.text.length - typing.column
    const begin = `0%{transform:none}${percent(typing.from)}{transform:none;animation-timing-function:steps(${keys})}`
    const end = `${percent(typing.until)}{transform:translateX(${keys * grid.cell}px)}`
    return `@keyframes h${row}{${begin}${end}${percent(typing.until + 0.02)}{transform:translateX(${grid.width}px)}}`
  }
  // Of rows that come at once, the last one says how far.
  const scrolls = new Map(rows.map(({ at }, row) => [percent(at), scrolled(row + 1, grid)]))
  const scroll = [...scrolls].filter(([, by]) => by > 0).map(([at, by]) => `${at}{transform:translateY(${-by}px)}`)
  const all = `@keyframes all{0%{transform:none}${scroll.join('')}}`
  return [...rows.map(appear), ...rows.map(type), all].filter(Boolean).join('\n')
}

/** How far a number of rows stands above what is seen of them. */
export function scrolled(count: number, { row, visibleRows }: Grid): number {
  return Math.max(0, count - visibleRows) * row
}

const short = (value: number) => String(Math.round(value * 1000) / 1000)
