// Progress for people: after a delay one bar for the whole and one per item under way, drawn by cli-progress.
import type { MultiBar, SingleBar } from 'cli-progress'
import { formatBytes } from './measures.ts'
import type { Progress, ProgressItem, ProgressSetting } from './progress.ts'

const DEFAULT_DELAY_MS = 1000
const MAX_ITEM_BARS = 8
const BAR_CELLS = 24

type Work = { readonly label: string; total: number; value: number; state: 'running' | 'ended'; bar?: SingleBar }

export function openBars(setting: ProgressSetting): Progress {
  const { stream, paint, title = 'working' } = setting
  const works: Work[] = []
  const pendingLines: string[] = []
  let bars: MultiBar | undefined
  let whole: SingleBar | undefined
  let stopped = false
  const timer = setTimeout(() => void draw(), setting.delayMs ?? DEFAULT_DELAY_MS)
  timer.unref()

  return { item, above, stop, [Symbol.dispose]: stop }

  async function draw(): Promise<void> {
    const { default: library } = await import('cli-progress')
    if (stopped) return
    bars = new library.MultiBar(barOptions(setting))
    whole = bars.create(1, 0, { label: title, sums: '' })
    refresh()
  }

  function item(label: string, total = 0): ProgressItem {
    const work: Work = { label, total, value: 0, state: 'running' }
    works.push(work)
    refresh()
    return {
      total: (amount) => change(() => (work.total = amount)),
      advance: (amount) => change(() => (work.value += amount)),
      done: () => change(() => end(work)),
      fail: (reason) => {
        above(`${paint.red('✗')} ${label}  ${reason}`) || stream.write(`${paint.red('✗')} ${label}  ${reason}\n`)
        change(() => end(work))
      },
    }
  }

  function change(update: () => void): void {
    update()
    refresh()
  }

  function end(work: Work): void {
    work.state = 'ended'
    if (work.bar) bars?.remove(work.bar)
    delete work.bar
  }

  function refresh(): void {
    if (!bars || !whole) return
    const running = works.filter((work) => work.state === 'running')
    const ended = works.length - running.length
    whole.setTotal(Math.max(works.length, 1))
    whole.update(ended, { label: title, sums: `${ended}/${works.length}` })
    for (const work of running) drawItem(bars, work)
  }

  function drawItem(multi: MultiBar, work: Work): void {
    const drawn = works.filter((other) => other.bar).length
    if (!work.bar && drawn >= MAX_ITEM_BARS) return
    const payload = { label: work.label, sums: sumsOf(work, setting.unit ?? 'bytes') }
    work.bar ??= multi.create(Math.max(work.total, 1), work.value, payload)
    work.bar.setTotal(Math.max(work.total, work.value, 1))
    work.bar.update(work.value, payload)
  }

  function above(line: string): boolean {
    if (!bars) return false
    pendingLines.push(line)
    bars.log(`${line}\n`)
    return true
  }

  function stop(): void {
    if (stopped) return
    stopped = true
    clearTimeout(timer)
    const drawn = bars
    bars = undefined
    drawn?.stop()
  }
}

function sumsOf(work: Work, unit: 'bytes' | 'steps'): string {
  const show = unit === 'bytes' ? formatBytes : String
  return work.total > 0 ? `${show(work.value)} of ${show(work.total)}` : show(work.value)
}

/** No signal handlers, hidden cursor or wrap mode: a killed octo leaves the terminal as it was. */
function barOptions({ stream, paint }: ProgressSetting) {
  const width = () => (stream.columns ?? 80) - 1
  return {
    stream: stream as unknown as NodeJS.WritableStream,
    clearOnComplete: true,
    gracefulExit: false,
    hideCursor: false,
    linewrap: null,
    fps: 10,
    format: (_options: unknown, params: { progress: number }, payload: { label: string; sums: string }) =>
      barLine(payload, params.progress, { width: width(), paint }),
  }
}

type LineSetting = { readonly width: number; readonly paint: ProgressSetting['paint'] }

function barLine(
  { label, sums }: { label: string; sums: string },
  part: number,
  { width, paint }: LineSetting,
): string {
  const filled = Math.round(Math.min(part, 1) * BAR_CELLS)
  const room = Math.max(width - BAR_CELLS - sums.length - 4, 8)
  const name = label.length > room ? `${label.slice(0, room - 1)}…` : label.padEnd(Math.min(room, 40))
  return `${name} ${paint.cyan('━'.repeat(filled))}${paint.dim('─'.repeat(BAR_CELLS - filled))} ${sums}`
}
