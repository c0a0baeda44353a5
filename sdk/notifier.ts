// A notifier: options and one function that sends a notification somewhere. `evaluate` runs it in this process, `main` is the program.
import type { Evaluation } from './definition.ts'
import { argumentsOf, fieldsOf, readDocument } from './document.ts'
import { renderHelp } from './help.ts'
import { runProgram } from './main.ts'
import type { OptionSpecs, OptionValues } from './options.ts'
import { parseOptions } from './options.ts'
import { optionsSchema } from './options-schema.ts'
import type { Notification, NotifyResult } from './outcome.ts'
import { OUTCOME_CODES, renderOutcome, retry, unsuccessful } from './outcome.ts'
import { invalidOptions } from './result.ts'
import { runGuarded } from './run.ts'

export type NotifierContext<Specs extends OptionSpecs> = {
  readonly options: OptionValues<Specs>
  readonly notification: Notification
  /** Aborted shortly before the operator's deadline, early enough to report. */
  readonly signal: AbortSignal
}

export type NotifierDefinition<Specs extends OptionSpecs> = {
  readonly name: string
  readonly version: string
  /** What it does: `sends notifications by e-mail`. */
  readonly summary: string
  readonly options: Specs
  run(context: NotifierContext<Specs>): NotifyResult | Promise<NotifyResult>
}

/** The document of `notify/v1`, as the operator writes it. */
type NotifyDocument = { readonly arguments?: unknown; readonly notification?: unknown }

export type Notifier = {
  readonly name: string
  readonly version: string
  readonly summary: string
  readonly options: OptionSpecs
  /** JSON Schema of the options, for plugin.yaml. */
  schema(): Record<string, unknown>
  /** Sends one notification; never throws: whatever goes wrong is `retry`, and wrong arguments are `failed`. */
  evaluate(document: NotifyDocument, evaluation?: Evaluation): Promise<NotifyResult>
  /** Runs as a program of the contract `notify/v1`: a document on standard input, one JSON line and an exit code out. */
  main(): Promise<void>
}

export function defineNotifier<const Specs extends OptionSpecs>(definition: NotifierDefinition<Specs>): Notifier {
  const { name, version, summary, options } = definition
  const run = (argv: readonly string[], readDocument: () => NotifyDocument, evaluation: Evaluation) =>
    runGuarded<NotifyResult>(
      {
        name,
        act: (signal) => {
          const document = readDocument()
          const values = parseOptions(options, argv, argumentsOf(document))
          return definition.run({ options: values, notification: notificationOf(document), signal })
        },
        onFailure: unsuccessful,
      },
      evaluation,
    )
  const notifier: Notifier = {
    name,
    version,
    summary,
    options,
    schema: () => optionsSchema(options),
    evaluate: (document, evaluation = {}) => run([], () => document, evaluation),
    main: () =>
      runProgram<NotifyResult>({
        name,
        version,
        help: () => renderHelp(notifier, summary),
        schema: () => notifier.schema(),
        answer: (argv, asked) => run(argv, readDocument, asked),
        failed: retry,
        exitCode: ({ status }) => OUTCOME_CODES[status],
        render: renderOutcome,
      }),
  }
  return notifier
}

const TEXTS = ['id', 'kind', 'project', 'message', 'since', 'at', 'host'] as const
const OPTIONAL_TEXTS = ['follows', 'service', 'check', 'status', 'title'] as const

function notificationOf({ notification }: NotifyDocument): Notification {
  const fields = fieldsOf(notification, '`notification` of the document')
  for (const key of TEXTS)
    if (typeof fields[key] !== 'string') throw invalidOptions(`the notification has no \`${key}\``)
  for (const key of OPTIONAL_TEXTS)
    if (!['string', 'undefined'].includes(typeof fields[key]))
      throw invalidOptions(`\`${key}\` of the notification is no text`)
  if (!Number.isSafeInteger(fields.count)) throw invalidOptions('the notification has no `count`')
  return fields as Notification
}
