// Patterns out of the schemas of strangers, in a time that is bounded whatever they say: a page of a registry asks what they match.
import type { Expression } from './expression.ts'
import { expressionOf } from './expression.ts'
import type { StepsFor } from './steps.ts'
import { patternSteps, STEPS_TO_BEGIN } from './steps.ts'

/** `unknown`: nobody can read it, or it may take longer than anybody waits. */
export type Matching = (pattern: string) => 'yes' | 'no' | 'unknown'

type Ready = { readonly expression: Expression; readonly stepsFor: StepsFor }

/** `maxSteps` for one text, in all patterns together. */
export function boundedMatching(maxSteps: number): (text: string) => Matching {
  const made = new Map<string, Ready | undefined>()
  return (text) => {
    let left = maxSteps
    return (pattern) => {
      if (left < STEPS_TO_BEGIN) return 'unknown'
      const ready = made.has(pattern) ? made.get(pattern) : readyOf(pattern)
      made.set(pattern, ready)
      const steps = ready?.stepsFor(text.length)
      const isAsked = steps !== undefined && steps <= left
      // One that may take too long takes nothing from the others.
      left -= isAsked ? steps : STEPS_TO_BEGIN
      if (!ready || !isAsked) return 'unknown'
      return ready.expression.test(text) ? 'yes' : 'no'
    }
  }
}

function readyOf(pattern: string): Ready | undefined {
  const stepsFor = patternSteps(pattern)
  // What has no bound for an empty text has none at all, and may be too long to be made ready.
  if (stepsFor(0) === Number.POSITIVE_INFINITY) return undefined
  try {
    return { expression: expressionOf(pattern), stepsFor }
  } catch {
    return undefined
  }
}
