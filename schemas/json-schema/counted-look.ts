// A look at a value that needs no clock: schema and value are small, and each step is counted before it is taken. A clock takes twenty
// times as long as such a look.
import type { StepsFor } from '../pattern/steps.ts'
import { patternSteps } from '../pattern/steps.ts'
import type { Judging } from './judge.ts'
import { judge } from './judge.ts'
import type { SchemaProblem } from './look.ts'
import type { Part } from './parts.ts'
import type { Expression, FormatRule, Texts } from './plain-words.ts'

/** Undefined where it would take too many steps: then nothing is known. */
export type CountedLook = (value: unknown) => readonly SchemaProblem[] | undefined

/** More than it took is left. */
class StepsSpent extends Error {}

/** Of a schema or a value: its texts, names and other values together. */
const MAX_SIZE = 4096
/** Few milliseconds, and some more where a pattern is new. */
const MAX_STEPS = 2_000_000
/** Rules of formats are patterns and functions of others, tried with texts of this length. */
const MAX_FORMAT_TEXT = 500

export function countedLook(by: Part, { references, texts }: Judging): CountedLook {
  const schemaSize = sizeOf(by.schema)
  const stepsOf = stepsByPattern()
  return (value) => {
    const valueSize = sizeOf(value)
    if (schemaSize === undefined || valueSize === undefined) return undefined
    let left = MAX_STEPS
    const spend = (steps: number) => {
      left -= steps
      if (left < 0) throw new StepsSpent()
    }
    try {
      // No word of one part looks at more than all of both.
      const onPart = () => spend(schemaSize + valueSize)
      return judge(value, by, { references, texts: countedTexts(texts, { spend, stepsOf }), onPart })
    } catch (error) {
      if (error instanceof StepsSpent || error instanceof RangeError) return undefined
      throw error
    }
  }
}

type Counting = { readonly spend: (steps: number) => void; readonly stepsOf: (pattern: string) => StepsFor }

function countedTexts({ expressionOf, isOfFormat }: Texts, { spend, stepsOf }: Counting): Texts {
  const counted = (pattern: string): Expression => ({
    test(text) {
      spend(stepsOf(pattern)(text.length))
      return expressionOf(pattern).test(text)
    },
  })
  const countedFormat: FormatRule | undefined =
    isOfFormat &&
    ((value, format) => {
      const { length } = String(value)
      spend(length > MAX_FORMAT_TEXT ? Number.POSITIVE_INFINITY : length ** 2)
      return isOfFormat(value, format)
    })
  return { expressionOf: counted, isOfFormat: countedFormat }
}

function stepsByPattern(): (pattern: string) => StepsFor {
  const known = new Map<string, StepsFor>()
  return (pattern) => {
    const stepsFor = known.get(pattern) ?? patternSteps(pattern)
    known.set(pattern, stepsFor)
    return stepsFor
  }
}

/** Undefined where it is larger than such a look takes. */
function sizeOf(whole: unknown): number | undefined {
  const values = [whole]
  let size = ownSize(whole)
  for (const value of values)
    for (const [name, inner] of typeof value === 'object' && value !== null ? Object.entries(value) : []) {
      if (size > MAX_SIZE) return undefined
      size += ownSize(inner) + (Array.isArray(value) ? 0 : name.length)
      values.push(inner)
    }
  return size > MAX_SIZE ? undefined : size
}

function ownSize(value: unknown): number {
  return typeof value === 'string' ? 1 + value.length : 1
}
