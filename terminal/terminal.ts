// One object for everything a command shows: data on stdout, logs and progress on stderr, as the flags ask.
import type { Paint } from './colour.ts'
import { paintFor, wantsColour } from './colour.ts'
import { openProgress } from './open-progress.ts'
import type { Progress, ProgressOptions } from './progress.ts'
import type { OutputStream, Streams } from './streams.ts'
import { processStreams } from './streams.ts'
import type { Table } from './table.ts'
import { renderTable } from './table.ts'

/** The flags that every command takes; commander's options object fits. */
export type TerminalFlags = {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly verbose?: boolean | undefined
  /** `--no-color` gives false; true means that nothing was said. */
  readonly color?: boolean | undefined
}

/** The same answer for a machine and for a person. */
export type Result = { readonly json: unknown; text(): string }

export type Terminal = {
  readonly json: boolean
  readonly quiet: boolean
  /** A person can be asked a question. */
  readonly interactive: boolean
  /** Paints text that goes to stdout. */
  readonly paint: Paint
  /** Paints text that goes to stderr. */
  readonly paintLog: Paint
  /** One line of data for people, on stdout. */
  print(line: string): void
  /** The answer of a command on stdout: one JSON document with `--json`, else its text. */
  result(result: Result): void
  /** A table on stdout, as wide as the terminal allows. */
  table(table: Table): Promise<void>
  /** Log lines on stderr: `debug` needs `--verbose`, `--quiet` leaves only errors. */
  error(line: string): void
  warn(line: string): void
  info(line: string): void
  debug(line: string): void
  /** One display for all parallel work; `using progress = terminal.progress(…)` ends it on every path. */
  progress(options?: ProgressOptions): Progress
}

export function openTerminal(flags: TerminalFlags = {}, streams: Streams = processStreams()): Terminal {
  const { out, err, env } = streams
  const paint = paintFor(wantsColour({ flag: flags.color, env, stream: out }))
  const paintLog = paintFor(wantsColour({ flag: flags.color, env, stream: err }))
  const screen = sharedScreen(out, err)
  const quiet = flags.quiet === true
  const log = (line: string) => screen.line(err, line)

  return {
    json: flags.json === true,
    quiet,
    interactive: streams.interactive && !quiet && !flags.json,
    paint,
    paintLog,
    print: (line) => screen.line(out, line),
    result: ({ json, text }) => screen.line(out, flags.json ? JSON.stringify(json, null, 2) : text()),
    table: async (table) => screen.line(out, await renderTable(table, { paint, width: widthOf(out) })),
    error: (line) => log(`${paintLog.red(paintLog.bold('error'))}: ${line}`),
    warn: (line) => (quiet ? undefined : log(`${paintLog.yellow(paintLog.bold('warning'))}: ${line}`)),
    info: (line) => (quiet ? undefined : log(line)),
    debug: (line) => (flags.verbose && !quiet ? log(paintLog.dim(line)) : undefined),
    // With `--json` stderr holds the error document, which lines of progress would spoil.
    progress: (options = {}) =>
      screen.attach(openProgress({ ...options, stream: err, paint: paintLog, quiet: quiet || flags.json === true })),
  }
}

/** Columns that fit; without a terminal nothing needs to fit. */
function widthOf(stream: OutputStream): number {
  return stream.isTTY ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY
}

/** While bars are drawn, lines on the same screen go above them instead of through them. */
function sharedScreen(out: OutputStream, err: OutputStream) {
  let active: Progress | undefined
  const sharesBars = (stream: OutputStream) => stream === err || (stream === out && out.isTTY === true)
  return {
    attach(progress: Progress): Progress {
      active = progress
      return progress
    },
    line(stream: OutputStream, text: string): void {
      if (active && sharesBars(stream) && active.above(text)) return
      stream.write(`${text}\n`)
    },
  }
}
