// A secret plugin: options and one function that fetches secrets. `evaluate` runs it in this process, `main` is the program.
import type { Evaluation } from './definition.ts'
import { argumentsOf, fieldsOf, readDocument } from './document.ts'
import { renderHelp } from './help.ts'
import { runProgram } from './main.ts'
import type { OptionSpecs, OptionValues } from './options.ts'
import { parseOptions } from './options.ts'
import { optionsSchema } from './options-schema.ts'
import type { SecretLease, SecretResult } from './outcome.ts'
import { OUTCOME_CODES, renderOutcome, retry, unsuccessful } from './outcome.ts'
import { InvalidOptions, invalidOptions } from './result.ts'
import { runGuarded } from './run.ts'

export type SecretsContext<Specs extends OptionSpecs> = {
  readonly options: OptionValues<Specs>
  /** For which service. */
  readonly service: string | undefined
  /** The lease of the answer before, to be renewed where that is possible; else give new secrets. */
  readonly lease: SecretLease | undefined
  /** Aborted shortly before the operator's deadline, early enough to report. */
  readonly signal: AbortSignal
}

export type SecretsDefinition<Specs extends OptionSpecs> = {
  readonly name: string
  readonly version: string
  /** What it does: `gives secrets of a vault`. */
  readonly summary: string
  readonly options: Specs
  run(context: SecretsContext<Specs>): SecretResult | Promise<SecretResult>
}

/** The document of `secret/v1`, as the operator writes it. */
type SecretsDocument = { readonly arguments?: unknown; readonly service?: unknown; readonly lease?: unknown }

export type Secrets = {
  readonly name: string
  readonly version: string
  readonly summary: string
  readonly options: OptionSpecs
  /** JSON Schema of the options, for plugin.yaml. */
  schema(): Record<string, unknown>
  /** Fetches once; never throws: whatever goes wrong is `retry`, and wrong arguments are `failed`. */
  evaluate(document: SecretsDocument, evaluation?: Evaluation): Promise<SecretResult>
  /** Runs as a program of the contract `secret/v1`: a document on standard input, one JSON line and an exit code out. */
  main(): Promise<void>
}

export function defineSecrets<const Specs extends OptionSpecs>(definition: SecretsDefinition<Specs>): Secrets {
  const { name, version, summary, options } = definition
  const run = (argv: readonly string[], readDocument: () => SecretsDocument, evaluation: Evaluation) =>
    runGuarded<SecretResult>(
      {
        name,
        act: async (signal) => {
          const document = readDocument()
          const values = parseOptions(options, argv, argumentsOf(document))
          const context = { options: values, service: serviceOf(document), lease: leaseOf(document), signal }
          return await withoutMessages(async () => definition.run(context))
        },
        onFailure: unsuccessful,
      },
      evaluation,
    )
  const secrets: Secrets = {
    name,
    version,
    summary,
    options,
    schema: () => optionsSchema(options),
    evaluate: (document, evaluation = {}) => run([], () => document, evaluation),
    main: () =>
      runProgram<SecretResult>({
        name,
        version,
        help: () => renderHelp(secrets, summary),
        schema: () => secrets.schema(),
        answer: (argv, asked) => run(argv, readDocument, asked),
        shown: withoutMessage,
        failed: retry,
        exitCode: ({ status }) => OUTCOME_CODES[status],
        render: renderOutcome,
      }),
  }
  return secrets
}

async function withoutMessages<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    throw error instanceof InvalidOptions ? error : withoutMessage(error)
  }
}

/** An error that nobody expected may show what was being read, as those of JSON do: its kind and place are kept alone. */
function withoutMessage(error: unknown): Error {
  const isError = error instanceof Error
  const places = isError ? (error.stack ?? '').split('\n').filter((line) => /^ +at /.test(line)) : []
  const plain = new Error(`${isError ? error.name : 'error'} (its message is left out, as it may hold secrets)`)
  plain.stack = [plain.message, ...places].join('\n')
  return plain
}

function serviceOf({ service }: SecretsDocument): string | undefined {
  if (service === undefined || typeof service === 'string') return service
  throw invalidOptions('`service` of the document is no text')
}

function leaseOf({ lease }: SecretsDocument): SecretLease | undefined {
  if (lease === undefined) return undefined
  const { id, durationMs } = fieldsOf(lease, '`lease` of the document')
  if (typeof id === 'string' && typeof durationMs === 'number') return { id, durationMs }
  throw invalidOptions('`lease` of the document has no `id` and `durationMs`')
}
