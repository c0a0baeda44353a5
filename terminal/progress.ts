// What a command says about parallel work under way, whoever shows it.
import type { Paint } from './colour.ts'
import type { OutputStream } from './streams.ts'

export type ProgressOptions = {
  /** What is counted: bytes of files (default) or plain steps. */
  readonly unit?: 'bytes' | 'steps'
  /** What the whole is called, for example `installing`. */
  readonly title?: string
  /** Work shorter than this shows no bars. */
  readonly delayMs?: number
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
  /** Writes a line above drawn bars; false when no bars are drawn and the caller may write it itself. */
  above(line: string): boolean
  /** Takes the bars away; safe to call twice. */
  stop(): void
}

export type ProgressSetting = ProgressOptions & {
  readonly stream: OutputStream
  readonly paint: Paint
  readonly quiet: boolean
}
