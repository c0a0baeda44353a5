// One run of a plugin's own function, whatever its contract: with its deadline, and with every mistake as a failure that the
// contract has a result for.
import { deadlineSignal, NO_ANSWER_IN_TIME } from './deadline.ts'
import type { Evaluation } from './definition.ts'
import { InvalidOptions } from './result.ts'

/** Why there is no result of the plugin itself: it was asked wrongly, is itself wrong, or was too slow. */
export type Failure = { readonly kind: 'options' | 'defect' | 'time'; readonly text: string }

type Run<Result> = {
  readonly name: string
  readonly act: (signal: AbortSignal) => Result | Promise<Result>
  readonly onFailure: (failure: Failure) => Result
}

export async function runGuarded<Result>(
  { name, act, onFailure }: Run<Result>,
  { deadlineMs, onDefect }: Pick<Evaluation, 'deadlineMs' | 'onDefect'>,
): Promise<Result> {
  using deadline = deadlineSignal(deadlineMs)
  try {
    const run = act(deadline.signal)
    return await Promise.race([run, deadline.passed.then(() => onFailure({ kind: 'time', text: NO_ANSWER_IN_TIME }))])
  } catch (error) {
    if (error instanceof InvalidOptions)
      return onFailure({ kind: 'options', text: `${error.message}; see \`${name} --help\`` })
    onDefect?.(error)
    return onFailure({ kind: 'defect', text: `${name} failed: ${firstLine(error)}` })
  }
}

/** What people are told of an error that nobody expected. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  return (text.split('\n', 1)[0] ?? '').slice(0, 300)
}
