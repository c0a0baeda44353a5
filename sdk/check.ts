// A check plugin: options and one function that looks and says. `evaluate` runs it in this process, `main` is the program.
import type { Check, CheckDefinition } from './definition.ts'
import { argumentsOf } from './document.ts'
import { renderHelp } from './help.ts'
import { runProgram } from './main.ts'
import type { OptionSpecs } from './options.ts'
import { parseOptionsAgain } from './options.ts'
import { optionsSchema } from './options-schema.ts'
import { EXIT_CODES, renderResult, unknown } from './result.ts'
import { runGuarded } from './run.ts'

export function defineCheck<const Specs extends OptionSpecs>(definition: CheckDefinition<Specs>): Check {
  const { name, version, summary, options } = definition
  const check: Check = {
    name,
    version,
    summary,
    options,
    schema: () => optionsSchema(options, definition.atLeastOne),
    evaluate: (argv, evaluation = {}) =>
      runGuarded(
        {
          name,
          act: (signal) => definition.run({ options: parseOptionsAgain(options, argv, evaluation.arguments), signal }),
          onFailure: ({ text }) => unknown(text),
        },
        evaluation,
      ),
    main: () =>
      runProgram({
        name,
        version,
        help: () => renderHelp({ ...check, atLeastOne: definition.atLeastOne }, `passes when ${summary}`),
        schema: () => check.schema(),
        answer: async (argv, { document, ...evaluation }) =>
          check.evaluate(argv, {
            ...evaluation,
            ...(document ? { arguments: argumentsOf(document()) } : {}),
          }),
        failed: unknown,
        exitCode: ({ status }) => EXIT_CODES[status],
        render: renderResult,
      }),
  }
  return check
}
