// One object for everything a command shows: data on stdout, logs and progress on stderr, as the flags ask.
import { printableJson } from '../schemas/quote.ts'
import type { Paint } from './colour.ts'
import { paintFor, wantsColour } from './colour.ts'
import type { LiveTable } from './live-table.ts'
import { openLiveTable } from './live-table.ts'
import { openProgress } from './open-progress.ts'
import type { Progress, ProgressOptions } from './progress.ts'
import type { OutputStream, Streams } from './streams.ts'
import { canRedraw, processStreams, widthOf } from './streams.ts'
import type { TableSetting } from './table.ts'
import { openTableLines, renderTable } from './table.ts'
import type { Cell, Table } from './table-cell.ts'
import { wrapSentence } from './wrap-sentence.ts'

/** The flags that every command takes; commander's options object fits. */
export type TerminalFlags = {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
  readonly verbose?: boolean | undefined
  /** `--no-color` gives false; true means that nothing was said. */
  readonly color?: boolean | undefined
}

/** The same answer for a machine and for a person, to whom sentences are wrapped; what they copy, or a drawing, stays as it is. */
type Result = { readonly json: unknown } & ({ text(): string } | { verbatim(): string })

export type Terminal = {
  readonly json: boolean
  readonly quiet: boolean
  /** A person can be asked a question. */
  readonly interactive: boolean
  /** What goes to stdout is on a screen, and stays nowhere. */
  readonly watched: boolean
  /** Paints text that goes to stdout. */
  readonly paint: Paint
  /** Paints text that goes to stderr. */
  readonly paintLog: Paint
  /** One line of data for people, on stdout. */
  print(line: string): void
  /** The same for a sentence, which is broken at words where the terminal is too narrow; lines below the first are indented. */
  sentence(text: string, indent?: number): void
  /** The answer of a command on stdout: one JSON document with `--json`, else its text, in lines that fit the terminal. */
  result(result: Result): void
  /** A table on stdout, as wide as the terminal allows. */
  table(table: Table): void
  /** The same row by row, each printed at once; what is expected decides the widths. Undefined when nobody watches stdout. */
  growingTable(expected: Table): GrowingTable | undefined
  /** One on stdout that changes in place. Undefined where nothing can be drawn again. */
  liveTable(): LiveTable | undefined
  /** Log lines on stderr: `debug` needs `--verbose`, `--quiet` leaves only errors. */
  error(line: string): void
  warn(line: string): void
  info(line: string): void
  debug(line: string): void
  /** One display for all parallel work; `using progress = terminal.progress(…)` ends it on every path. */
  progress(options?: ProgressOptions): Progress
}

/** Says what is waited for; with `--json` nothing, because standard error then holds the error document. */
export function waitingLine(terminal: Terminal): (line: string) => void {
  return (line) => (terminal.json ? undefined : terminal.info(line))
}

export type GrowingTable = { row(cells: readonly Cell[]): void }

export function openTerminal(flags: TerminalFlags = {}, streams: Streams = processStreams()): Terminal {
  const { out, err, env } = streams
  const paint = paintFor(wantsColour({ flag: flags.color, env, stream: out }))
  const paintLog = paintFor(wantsColour({ flag: flags.color, env, stream: err }))
  const screen = sharedScreen(out, err)
  const quiet = flags.quiet === true
  const log = (line: string) => screen.line(err, wrapSentence(line, { width: widthOf(err) }))
  const labelled = (label: string, paintLabel: (text: string) => string, line: string) =>
    screen.line(
      err,
      paintLabel(paintLog.bold(label)) + wrapSentence(`${label}: ${line}`, { width: widthOf(err) }).slice(label.length),
    )

  return {
    json: flags.json === true,
    quiet,
    interactive: streams.interactive && !quiet && !flags.json,
    watched: out.isTTY === true,
    paint,
    paintLog,
    print: (line) => screen.line(out, line),
    sentence: (text, indent) => screen.line(out, wrapSentence(text, { width: widthOf(out), indent })),
    result: (answer) => screen.line(out, flags.json ? printableJson(answer.json) : shownAnswer(answer, widthOf(out))),
    table: (table) => screen.line(out, renderTable(table, { paint, width: widthOf(out) })),
    growingTable: (expected) =>
      out.isTTY ? growingTable(expected, { paint, width: widthOf(out) }, (text) => screen.line(out, text)) : undefined,
    error: (line) => labelled('error', paintLog.red, line),
    warn: (line) => (quiet ? undefined : labelled('warning', paintLog.yellow, line)),
    info: (line) => (quiet ? undefined : log(line)),
    debug: (line) => (flags.verbose && !quiet ? screen.line(err, paintLog.dim(line)) : undefined),
    liveTable: () => (canRedraw(out, env) ? screen.attach(openLiveTable(out, paint)) : undefined),
    // With `--json` stderr holds the error document, which lines of progress would spoil.
    progress: (options = {}) =>
      screen.attach(
        openProgress({
          ...options,
          stream: err,
          paint: paintLog,
          quiet: quiet || flags.json === true,
          redraws: canRedraw(err, env),
        }),
      ),
  }
}

function shownAnswer(answer: Result, width: number): string {
  return 'text' in answer ? wrapSentence(answer.text(), { width }) : answer.verbatim()
}

function growingTable(expected: Table, setting: TableSetting, print: (text: string) => void): GrowingTable {
  const { head, row } = openTableLines(expected, setting)
  let waiting = head
  return {
    row(cells) {
      print([...waiting, ...row(cells)].join('\n'))
      waiting = []
    },
  }
}

/** While rows are drawn, lines on the same screen go above them instead of through them. */
function sharedScreen(out: OutputStream, err: OutputStream) {
  let active: Pick<Progress, 'around'> | undefined
  const sharesScreen = (stream: OutputStream) => stream === err || (stream === out && out.isTTY === true)
  return {
    attach<Drawn extends Pick<Progress, 'around'>>(drawn: Drawn): Drawn {
      active = drawn
      return drawn
    },
    line(stream: OutputStream, text: string): void {
      const write = () => void stream.write(`${text}\n`)
      if (active && sharesScreen(stream)) active.around(write)
      else write()
    },
  }
}
