// What a check plugin is: options and one function, and what is made of them.
import type { OptionSpecs, OptionValues } from './options.ts'
import type { CheckResult } from './result.ts'

export type CheckContext<Specs extends OptionSpecs> = {
  readonly options: OptionValues<Specs>
  /** Aborted shortly before the operator's deadline, early enough to report. */
  readonly signal: AbortSignal
}

export type CheckDefinition<Specs extends OptionSpecs> = {
  readonly name: string
  readonly version: string
  /** What it means when the check passes. */
  readonly summary: string
  readonly options: Specs
  /** Options of which a config has to give at least one; `run` says so itself where they come as words. */
  readonly atLeastOne?: readonly (keyof Specs & string)[]
  run(context: CheckContext<Specs>): CheckResult | Promise<CheckResult>
}

export type Evaluation = {
  /** Arguments that came on standard input: the secret ones. */
  readonly arguments?: Readonly<Record<string, unknown>>
  /** When the operator will kill the plugin, in milliseconds since 1970. */
  readonly deadlineMs?: number | undefined
  /** Told about a defect of the plugin, which people read on stderr. */
  readonly onDefect?: (error: unknown) => void
}

export type Check = {
  readonly name: string
  readonly version: string
  readonly summary: string
  readonly options: OptionSpecs
  /** JSON Schema of the options, for plugin.yaml. */
  schema(): Record<string, unknown>
  /** Runs the check; never throws: whatever goes wrong is an `unknown` result. */
  evaluate(argv: readonly string[], evaluation?: Evaluation): Promise<CheckResult>
  /** Runs as a program of the contract `check/v1`: argv in, one JSON line and an exit code out. */
  main(): Promise<void>
}
