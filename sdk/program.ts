// What every plugin is to the process around it, whatever its contract.
import type { Evaluation } from './definition.ts'

type Asked = Pick<Evaluation, 'deadlineMs' | 'onDefect'> & {
  /** Gives the document of the operator, where there is one. */
  readonly document?: () => Readonly<Record<string, unknown>>
}

export type Program<Result> = {
  readonly name: string
  readonly version: string
  help(): string
  schema(): Record<string, unknown>
  answer(argv: readonly string[], asked: Asked): Promise<Result>
  /** What may be said of an error that nobody expected; all of it when absent. */
  shown?(error: unknown): unknown
  /** The result when there is none of the plugin itself. */
  failed(summary: string): Result
  exitCode(result: Result): number
  render(result: Result): string
}
