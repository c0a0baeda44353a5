// Asks for the values that a config's templates need and the environment does not have, one after the other.
import { coded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { showPlace } from './document/invalid.ts'
import { exactPlaceOf } from './document/node.ts'
import type { Warnings } from './document/warnings.ts'
import { attempt } from './document/warnings.ts'
import { HIDDEN } from './model/named-secrets.ts'
import type { Prompt } from './model/prompts.ts'

/** Gives the answer as text; a person may break off, which throws. */
export type AskPrompt = (prompt: Omit<Prompt, 'node'>) => Promise<string>

/** For who neither shows nor uses the values: then nobody is asked. */
export const standIn: AskPrompt = async ({ type, options: [first = ''] }) =>
  type === 'confirm' ? 'true' : type === 'select' ? first : HIDDEN

type Environment = Readonly<Record<string, string | undefined>>

type Asking = {
  readonly env: Environment
  /** Texts of the local documents: nobody is asked for what no template names. */
  readonly texts: readonly string[]
  /** Absent where nobody can be asked. */
  readonly ask: AskPrompt | undefined
  /** Told of a wrong answer, in place of which the first choice is taken where it does not throw. */
  readonly report: Warnings['report']
}

/** The environment with the answers; throws ANSWER_MISSING where nobody can be asked. CONFIG_INVALID is reported for an answer that is none. */
export async function withAnswers(
  prompts: readonly Prompt[],
  { env, texts, ask, report }: Asking,
): Promise<Environment> {
  const answers: Record<string, string> = {}
  for (const prompt of prompts) {
    if (!texts.some((text) => namesVariable(text, prompt.variable))) continue
    const given = env[prompt.variable]
    if (given !== undefined) {
      if (attempt({ report }, () => requireAnswer(prompt, given)) === undefined)
        answers[prompt.variable] = choicesOf(prompt)[0] ?? given
      continue
    }
    if (!ask) throw answerMissing(prompt)
    answers[prompt.variable] = await ask(prompt)
  }
  return Object.keys(answers).length === 0 ? env : { ...env, ...answers }
}

/** The environment answers as a person would. What it says instead is not shown: it may be a secret in the wrong place. */
function requireAnswer(prompt: Prompt, given: string): string {
  const choices = choicesOf(prompt)
  if (choices.length === 0 || choices.includes(given)) return given
  const { name, variable, node } = prompt
  const place = exactPlaceOf(node)
  throw coded('CONFIG_INVALID', {
    place: showPlace(place),
    message: `the environment variable ${variable} answers ${quote(name)} with none of its choices, expected ${choices.map((choice) => quote(choice)).join(', ')}`,
    details: { ...place, variable, expected: choices },
    hint: `set ${variable} to one of them, or take it away to be asked on a terminal`,
  })
}

/** Empty where everything is an answer. */
function choicesOf({ type, options }: Prompt): readonly string[] {
  return type === 'confirm' ? ['true', 'false'] : options
}

/** `{{.env.NAME}}` and `{{index .env "NAME"}}`; a template may be spread over lines. */
function namesVariable(text: string, variable: string): boolean {
  return new RegExp(`\\benv\\b[^{}]*\\b${variable}\\b`).test(text)
}

function answerMissing({ name, variable, node }: Prompt): Error {
  const place = exactPlaceOf(node)
  return coded('ANSWER_MISSING', {
    place: showPlace(place),
    message: `${quote(name)} is asked for on a terminal, and there is none`,
    details: { ...place, variable },
    hint: `give it in the environment variable ${variable}`,
  })
}
