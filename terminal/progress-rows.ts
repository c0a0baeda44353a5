// Progress for people: after a delay one row for each item that runs now, drawn again in place. What ended stands above,
// once and in its final form.
import { cellWidth, cutToWidth, padding } from './cell-width.ts'
import { endedLine } from './ended-line.ts'
import { formatBytes, formatSeconds } from './measures.ts'
import type { Progress, ProgressSetting } from './progress.ts'
import { openRedrawnLines } from './redrawn-lines.ts'
import { screenHeight, screenWidth } from './streams.ts'
import type { Work } from './work.ts'
import { openWork } from './work.ts'

const DEFAULT_DELAY_MS = 1000
const FRAME_MS = 100
const MAX_ROWS = 10
const BAR_CELLS = 24
/** A shorter one shows nothing that the numbers beside it do not. */
const MIN_BAR_CELLS = 8
const GAP = 2
const MAX_LABEL = 48
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

export function openRows(setting: ProgressSetting): Progress {
  const { stream, paint, unit = 'bytes' } = setting
  const lines = openRedrawnLines(stream)
  const running = new Set<Work>()
  const ended: string[] = []
  let [started, frame, isShown, isStopped] = [0, 0, false, false]
  let ticking: NodeJS.Timeout | undefined
  const opening = setTimeout(show, setting.delayMs ?? DEFAULT_DELAY_MS)
  opening.unref()

  return { item, around, stop, [Symbol.dispose]: stop }

  function item(label: string, total = 0) {
    const opened = openWork(label, total, {
      now: () => performance.now(),
      onEnd(work, end) {
        running.delete(work)
        if (!setting.endsSilently) ended.push(endedLine({ ...end, bytes: unit === 'bytes' ? end.bytes : 0 }, paint))
        if (isShown) around(writeEnded)
      },
    })
    running.add(opened.work)
    started++
    if (isShown) draw()
    return opened.item
  }

  function show(): void {
    isShown = true
    writeEnded()
    setting.onShown?.()
    draw()
    ticking = setInterval(draw, FRAME_MS)
    ticking.unref()
  }

  function writeEnded(): void {
    if (ended.length > 0)
      stream.write(
        ended
          .splice(0)
          .map((line) => `${line}\n`)
          .join(''),
      )
  }

  function around(write: () => void): void {
    lines.clear()
    write()
    if (isShown && !isStopped) draw()
  }

  function draw(): void {
    frame++
    lines.draw(frameLines([...running], { started, frame, setting }))
  }

  function stop(): void {
    if (isStopped) return
    isStopped = true
    clearTimeout(opening)
    clearInterval(ticking)
    lines.clear()
  }
}

type Frame = { readonly started: number; readonly frame: number; readonly setting: ProgressSetting }

/** The oldest work first, as many rows as the screen has room for, then what is left and the whole. */
function frameLines(running: readonly Work[], { started, frame, setting }: Frame): readonly string[] {
  const { stream, paint, title = 'working', items = 0 } = setting
  const height = screenHeight(stream) - 1
  const shown = running.slice(0, Math.max(1, Math.min(MAX_ROWS, height - 3)))
  const width = screenWidth(stream) - 1
  const labelCells = Math.min(MAX_LABEL, Math.max(0, ...shown.map(({ label }) => cellWidth(label))))
  const sumCells = Math.max(0, ...shown.map((work) => cellWidth(sumsOf(work, setting))))
  // A name that is cut says less than a bar that is short.
  const room = width - 2 - labelCells - sumCells - 2 * GAP
  const barCells = setting.unit === 'steps' || room < MIN_BAR_CELLS ? 0 : Math.min(BAR_CELLS, room)
  const rest = running.length - shown.length
  const whole = Math.max(items, started)
  const ended = started - running.length
  const lines = [
    ...shown.map((work) => rowOf(work, { frame, setting, labelCells, barCells, width })),
    ...(rest > 0 ? [paint.dim(cutToWidth(`  and ${rest} more`, width))] : []),
    ...(whole > 1 || running.length === 0 ? [paint.dim(cutToWidth(`${title}  ${ended}/${whole}`, width))] : []),
  ]
  return lines.slice(0, height)
}

type Row = Pick<Frame, 'frame' | 'setting'> & {
  readonly labelCells: number
  readonly barCells: number
  readonly width: number
}

function rowOf(work: Work, { frame, setting, labelCells, barCells, width }: Row): string {
  const { paint } = setting
  const spinner = SPINNER[frame % SPINNER.length] ?? ''
  const sums = sumsOf(work, setting)
  const bar = work.total > 0 && barCells > 0 ? `${barOf(work, barCells, paint)}${' '.repeat(GAP)}` : ''
  const room = width - 2 - (bar === '' ? 0 : barCells + GAP) - GAP - cellWidth(sums)
  if (room < 4) return cutToWidth(`${spinner} ${work.label}`, width)
  const label = cutToWidth(work.label, Math.min(room, MAX_LABEL))
  return `${paint.cyan(spinner)} ${label}${padding(label, Math.min(room, labelCells))}${' '.repeat(GAP)}${bar}${sums}`
}

function sumsOf(work: Work, { unit }: ProgressSetting): string {
  return unit === 'steps' ? formatSeconds(performance.now() - work.startedAt) : bytesOf(work)
}

function barOf({ total, value }: Work, cells: number, paint: ProgressSetting['paint']): string {
  const filled = Math.round(Math.min(value / total, 1) * cells)
  return `${paint.cyan('━'.repeat(filled))}${paint.dim('─'.repeat(cells - filled))}`
}

function bytesOf({ total, value }: Work): string {
  return total > 0 ? `${formatBytes(value)} of ${formatBytes(total)}` : formatBytes(value)
}
