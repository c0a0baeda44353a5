// A look at a value that needs no clock: schema and value are small, and each step is counted before it is taken. A clock takes twenty
// times as long as such a look.
import { isMap } from '../is-map.ts'
import type { Expression } from '../pattern/expression.ts'
import type { StepsFor } from '../pattern/steps.ts'
import { patternSteps } from '../pattern/steps.ts'
import type { Judging } from './judge.ts'
import { judge } from './judge.ts'
import type { SchemaProblem } from './look.ts'
import type { JsonSchema, Part } from './parts.ts'
import type { FormatRule, Texts } from './plain-words.ts'

/** Undefined where it would take too many steps: then nothing is known. */
export type CountedLook = (value: unknown) => readonly SchemaProblem[] | undefined

/** No step is left, and the look is not done. */
class StepsSpent extends Error {}

/** Of a schema or a value: its texts, names and other values together. */
const MAX_SIZE = 4096
/** Some hundredths of a second at most. */
const MAX_STEPS = 500_000
/** How many times each value of a list is written as a text, and compared. */
const TO_FIND_DOUBLES = 5
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
      const onPart = (schema: JsonSchema) => spend(schemaSize + valueSize * timesOf(schema))
      return judge(value, by, { references, texts: countedTexts(texts, { spend, stepsOf }), onPart })
    } catch (error) {
      if (error instanceof StepsSpent || error instanceof RangeError) return undefined
      throw error
    }
  }
}

/** How many times the words of one schema, without those that stand behind them, look at all of a value. */
function timesOf(schema: JsonSchema): number {
  if (!isMap(schema)) return 1
  const choices = Array.isArray(schema.enum) ? schema.enum.length : 0
  return 1 + choices + (schema.uniqueItems === true ? TO_FIND_DOUBLES : 0)
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
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue
    // A list may be longer than it has items.
    const names = Array.isArray(value) ? value.keys() : Object.keys(value)
    for (const name of names) {
      const inner = (value as Readonly<Record<string | number, unknown>>)[name]
      size += ownSize(inner) + (typeof name === 'string' ? name.length : 0)
      if (size > MAX_SIZE) return undefined
      values.push(inner)
    }
  }
  return size > MAX_SIZE ? undefined : size
}

function ownSize(value: unknown): number {
  return typeof value === 'string' ? 1 + value.length : 1
}
