// A check plugin: options and one function that looks and says. `evaluate` runs it in this process, `main` is the program.
import { deadlineSignal, NO_ANSWER_IN_TIME } from './deadline.ts'
import type { Check, CheckDefinition, Evaluation } from './definition.ts'
import { runProgram } from './main.ts'
import type { OptionSpecs } from './options.ts'
import { parseOptions } from './options.ts'
import { optionsSchema } from './options-schema.ts'
import type { CheckResult } from './result.ts'
import { InvalidOptions, unknown } from './result.ts'

export function defineCheck<const Specs extends OptionSpecs>(definition: CheckDefinition<Specs>): Check {
  const { name, version, summary, options } = definition
  const check: Check = {
    ...{ name, version, summary, options },
    schema: () => optionsSchema(options),
    evaluate: (argv, evaluation = {}) => evaluate(definition, argv, evaluation),
    main: () => runProgram(check),
  }
  return check
}

async function evaluate<Specs extends OptionSpecs>(
  definition: CheckDefinition<Specs>,
  argv: readonly string[],
  { deadlineMs, onDefect }: Evaluation,
): Promise<CheckResult> {
  using deadline = deadlineSignal(deadlineMs)
  try {
    const options = parseOptions(definition.options, argv)
    const run = definition.run({ options, signal: deadline.signal })
    return await Promise.race([run, deadline.passed.then(() => unknown(NO_ANSWER_IN_TIME))])
  } catch (error) {
    if (error instanceof InvalidOptions) return unknown(`${error.message}; see \`${definition.name} --help\``)
    onDefect?.(error)
    return unknown(`${definition.name} failed: ${firstLine(error)}`)
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  return (text.split('\n', 1)[0] ?? '').slice(0, 300)
}
