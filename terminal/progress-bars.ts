// Progress for people: after a delay one bar for the whole and one per item under way, drawn by cli-progress.
import type { MultiBar, SingleBar } from 'cli-progress'
import { formatBytes } from './measures.ts'
import type { Progress, ProgressItem, ProgressSetting } from './progress.ts'

const DEFAULT_DELAY_MS = 1000
const MAX_ITEM_BARS = 8
const BAR_CELLS = 24

type Work = { readonly label: string; total: number; value: number; bar?: SingleBar }

export function openBars(setting: ProgressSetting): Progress {
  const { stream, paint, title = 'working', unit = 'bytes' } = setting
  const running = new Set<Work>()
  let started = 0
  let drawn: { readonly bars: MultiBar; readonly whole: SingleBar } | undefined
  let stopped = false
  const timer = setTimeout(() => void draw(), setting.delayMs ?? DEFAULT_DELAY_MS)
  timer.unref()

  return { item, above, stop, [Symbol.dispose]: stop }

  async function draw(): Promise<void> {
    const { default: library } = await import('cli-progress')
    if (stopped) return
    const bars = new library.MultiBar(barOptions(setting))
    drawn = { bars, whole: bars.create(1, 0, { label: title, sums: '' }) }
    for (const work of running) drawWork(work)
    drawWhole()
  }

  function item(label: string, total = 0): ProgressItem {
    const work: Work = { label, total, value: 0 }
    running.add(work)
    started++
    drawWork(work)
    drawWhole()
    return {
      total(amount) {
        work.total = amount
        drawWork(work)
      },
      advance(amount) {
        work.value += amount
        drawWork(work)
      },
      done: () => end(work),
      fail(reason) {
        const line = `${paint.red('✗')} ${label}  ${reason}`
        if (running.has(work) && !above(line)) stream.write(`${line}\n`)
        end(work)
      },
    }
  }

  function end(work: Work): void {
    if (!running.delete(work)) return
    if (work.bar) drawn?.bars.remove(work.bar)
    const next = [...running].find(({ bar }) => !bar)
    if (next) drawWork(next)
    drawWhole()
  }

  function drawWhole(): void {
    const ended = started - running.size
    drawn?.whole.setTotal(Math.max(started, 1))
    drawn?.whole.update(ended, { label: title, sums: `${ended}/${started}` })
  }

  function drawWork(work: Work): void {
    if (!drawn || !running.has(work)) return
    if (!work.bar && countBars(running) >= MAX_ITEM_BARS) return
    const payload = { label: work.label, sums: sumsOf(work, unit) }
    work.bar ??= drawn.bars.create(Math.max(work.total, 1), work.value, payload)
    work.bar.setTotal(Math.max(work.total, work.value, 1))
    work.bar.update(work.value, payload)
  }

  function above(line: string): boolean {
    drawn?.bars.log(`${line}\n`)
    return drawn !== undefined
  }

  function stop(): void {
    stopped = true
    clearTimeout(timer)
    // Lines that wait to stand above the bars are written by an update, not by the end.
    drawn?.bars.update()
    drawn?.bars.stop()
    drawn = undefined
  }
}

function countBars(works: ReadonlySet<Work>): number {
  return Iterator.from(works).reduce((bars, { bar }) => bars + (bar ? 1 : 0), 0)
}

function sumsOf(work: Work, unit: 'bytes' | 'steps'): string {
  const show = unit === 'bytes' ? formatBytes : String
  return work.total > 0 ? `${show(work.value)} of ${show(work.total)}` : show(work.value)
}

/**
 * No signal handlers, hidden cursor or wrap mode: a killed octo leaves the terminal as it was. The library would then cut
 * lines at the width of the stream, colour codes counted, so it is told of no width, and barLine keeps to the real one.
 */
function barOptions({ stream, paint }: ProgressSetting) {
  const unbounded = { isTTY: true, columns: Number.POSITIVE_INFINITY, write: (text: string) => stream.write(text) }
  return {
    stream: unbounded as unknown as NodeJS.WritableStream,
    clearOnComplete: true,
    gracefulExit: false,
    hideCursor: false,
    linewrap: true,
    fps: 10,
    format: (_options: unknown, params: { progress: number }, payload: { label: string; sums: string }) =>
      barLine(payload, params.progress, { width: (stream.columns ?? 80) - 1, paint }),
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
