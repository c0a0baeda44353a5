// What a person sees: a terminal emulator that both streams of a program write to.
import xterm from '@xterm/headless'
import type { Streams } from '../../../terminal/streams.ts'
import type { Look, SeenLine } from '../../../tools/session/session.ts'

export type Screen = {
  /** For an in-process terminal; both streams end on this screen. */
  readonly streams: Streams
  write(text: string): void
  /** All that was written, codes included. */
  raw(): string
  resize(columns: number, rows: number): void
  /** The lines from the first one ever written to the last with text, wrapped ones joined. */
  lines(): Promise<readonly string[]>
  /** The same lines with their looks. */
  seen(): Promise<readonly SeenLine[]>
  /** Resolves with the lines once they satisfy; throws with those that there are when they do not within a minute. */
  until(isReady: (lines: readonly string[]) => boolean): Promise<readonly string[]>
  /** Where the cursor is, counted from the first line, and whether it is visible. */
  cursor(): Promise<{ readonly line: number; readonly column: number; readonly visible: boolean }>
}

/** The first eight colours of a terminal; the next eight are the same, brighter. */
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
const DEADLINE_MS = 60_000

type Size = { readonly columns?: number; readonly rows?: number; readonly env?: Readonly<Record<string, string>> }

export function openScreen({ columns = 80, rows = 24, env = {} }: Size = {}): Screen {
  const emulator = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 10_000,
    convertEol: true,
    allowProposedApi: true,
  })
  const waiting = new Set<() => void>()
  let raw = ''
  const write = (text: string) => {
    raw += text
    emulator.write(text, () => {
      for (const look of waiting) look()
    })
    return true
  }
  const stream = {
    isTTY: true,
    write,
    get columns() {
      return emulator.cols
    },
    get rows() {
      return emulator.rows
    },
  }
  const settled = () => new Promise<void>((resolve) => emulator.write('', resolve))
  return {
    streams: { out: stream, err: stream, env: { TERM: 'xterm-256color', ...env }, interactive: true },
    write,
    raw: () => raw,
    resize: (newColumns, newRows) => emulator.resize(newColumns, newRows),
    async lines() {
      await settled()
      return visibleLines(emulator)
    },
    async seen() {
      await settled()
      return seenLines(emulator)
    },
    until(isReady) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>()
      const tooLate = () => reject(new Error(`not so after ${DEADLINE_MS} ms:\n${visibleLines(emulator).join('\n')}`))
      const timer = setTimeout(tooLate, DEADLINE_MS)
      const look = () => {
        const lines = visibleLines(emulator)
        if (isReady(lines)) resolve(lines)
      }
      waiting.add(look)
      emulator.write('', look)
      return promise.finally(() => {
        clearTimeout(timer)
        waiting.delete(look)
      })
    },
    async cursor() {
      await settled()
      const { baseY, cursorY, cursorX } = emulator.buffer.active
      return {
        line: baseY + cursorY,
        column: cursorX,
        visible: raw.lastIndexOf('\u001b[?25l') <= raw.lastIndexOf('\u001b[?25h'),
      }
    },
  }
}

function visibleLines(emulator: xterm.Terminal): readonly string[] {
  return seenLines(emulator).map(({ text }) => text)
}

function seenLines({ buffer: { active } }: xterm.Terminal): readonly SeenLine[] {
  const lines: SeenLine[] = []
  for (let index = 0; index < active.length; index++) {
    const line = active.getLine(index)
    if (!line) continue
    const text = line.translateToString(true)
    const row = { text, looks: Array.from(text, (_, column) => lookOf(line.getCell(column))) }
    const before = line.isWrapped ? lines.pop() : undefined
    lines.push(before ? { text: before.text + row.text, looks: [...before.looks, ...row.looks] } : row)
  }
  while (lines.at(-1)?.text === '') lines.pop()
  return lines
}

function lookOf(cell: xterm.IBufferCell | undefined): Look {
  if (!cell) return ''
  const colour = cell.isFgPalette() ? (COLOURS[cell.getFgColor() % COLOURS.length] ?? '') : ''
  return [colour, cell.isBold() ? 'bold' : '', cell.isDim() ? 'dim' : ''].filter(Boolean).join(' ')
}
