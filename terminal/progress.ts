// What a command says about parallel work under way, whoever shows it.
import type { Paint } from './colour.ts'
import type { OutputStream } from './streams.ts'

export type ProgressOptions = {
  /** What is counted: bytes of files (default), or steps, of which only the time is shown. */
  readonly unit?: 'bytes' | 'steps'
  /** What the whole is called, for example `installing`. */
  readonly title?: string
  /** How many items there will be, when it is known. */
  readonly items?: number
  /** Work shorter than this shows nothing on a terminal. */
  readonly delayMs?: number
  /** Without a terminal, how often is said what still runs. */
  readonly heartbeatMs?: number
  /** Called once when rows appear on the screen; never without a terminal. */
  readonly onShown?: () => void
  /** The caller shows what ended itself, so that there is no line about it. */
  readonly endsSilently?: boolean
}

export type ProgressItem = {
  /** Says how much there is, when it was not known at the start. */
  total(amount: number): void
  advance(amount: number): void
  /** Ends the item well; the note stands in its line, for example `from cache`. */
  done(note?: string): void
  /** Ends the item badly. The error itself is reported by whoever catches it. */
  fail(reason: string): void
}

export type Progress = Disposable & {
  item(label: string, total?: number): ProgressItem
  /** Lets the caller write to the screen that the rows are on: takes them away before and draws them again after. */
  around(write: () => void): void
  /** Takes the rows away; safe to call twice. */
  stop(): void
}

export type ProgressSetting = ProgressOptions & {
  readonly stream: OutputStream
  readonly paint: Paint
  readonly quiet: boolean
  /** The stream is a terminal on which lines can be drawn again. */
  readonly redraws: boolean
}
