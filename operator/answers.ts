// Answers to the `prompts` of a config, for as long as one command lasts.
import type { AskPrompt } from '../config/ask-prompts.ts'
import { standIn } from '../config/ask-prompts.ts'

export type Answers = {
  /** Absent where nobody can be asked. */
  readonly ask: AskPrompt | undefined
  /** By variable, as they were given. */
  readonly given: Readonly<Record<string, string>>
}

/** Each is asked for once, however often the config is read. */
export function keptAnswers(ask: AskPrompt | undefined): Answers {
  const given: Record<string, string> = {}
  if (!ask) return { ask, given }
  return {
    given,
    ask: async (prompt) => {
      given[prompt.variable] ??= await ask(prompt)
      return given[prompt.variable] ?? ''
    },
  }
}

/** Nobody is asked, for words that use none of the values; `given` says whether any would have been needed. */
export function noAnswers(): Answers {
  return keptAnswers(standIn)
}
