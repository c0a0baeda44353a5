// Patterns out of the schemas of strangers, in a time that is bounded whatever they say: a page of a registry asks what they match.
import type { Expression } from './expression.ts'
import { expressionOf } from './expression.ts'
import type { StepsFor } from './steps.ts'
import { patternSteps } from './steps.ts'

/** `unknown`: nobody can read it, or it may take longer than anybody waits. */
export type Matching = (pattern: string) => 'yes' | 'no' | 'unknown'

type Ready = { readonly expression: Expression; readonly stepsFor: StepsFor }

/** Of looking a pattern up. */
const STEPS_TO_BEGIN = 50

/** `maxSteps` for one text, in all patterns together. */
export function boundedMatching(maxSteps: number): (text: string) => Matching {
  const made = new Map<string, Ready | undefined>()
  return (text) => {
    let left = maxSteps
    return (pattern) => {
      left -= STEPS_TO_BEGIN
      if (left < 0) return 'unknown'
      const ready = made.has(pattern) ? made.get(pattern) : readyOf(pattern)
      made.set(pattern, ready)
      if (!ready) return 'unknown'
      const steps = ready.stepsFor(text.length)
      // One that may take too long takes nothing from the others.
      if (steps > left) return 'unknown'
      left -= steps
      return ready.expression.test(text) ? 'yes' : 'no'
    }
  }
}

function readyOf(pattern: string): Ready | undefined {
  const stepsFor = patternSteps(pattern)
  if (stepsFor(0) === Number.POSITIVE_INFINITY) return undefined
  try {
    return { expression: expressionOf(pattern), stepsFor }
  } catch {
    return undefined
  }
}
