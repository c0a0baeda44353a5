// One look at a value by one schema: where both stand, what of the value was looked at, and what does not fit.
import type { Schema } from '../example/schema.ts'
import type { Part } from './parts.ts'
import type { Scope } from './references.ts'

/** What of a value does not fit, in the words that validators of JSON Schema have for it. */
export type SchemaProblem = {
  /** The word of the schema that says so; `false schema` for one that lets nothing pass. */
  readonly keyword: string
  /** JSON Pointer of what does not fit. */
  readonly instancePath: string
  /** The schema that the word stands in. */
  readonly parentSchema: boolean | Schema
  readonly params: Readonly<Record<string, unknown>>
  /** Without values of what was looked at. */
  readonly message: string
  /** Where it is about the name of a key, the key. */
  readonly propertyName?: string
}

/** A schema of a few lines finds millions of them, and nobody reads these. */
export const MAX_PROBLEMS = 10_000

/** Ends a look that has found enough: what it was to say is no. */
class EnoughProblems extends Error {}

/** What of a map or list some word has looked at, for the words that are about the rest. */
type Seen = { names: Set<string>; allNames: boolean; items: Set<number>; firstItems: number; allItems: boolean }

export function nothingSeen(): Seen {
  return { names: new Set(), allNames: false, items: new Set(), firstItems: 0, allItems: false }
}

/** Where a part is met: by which way, and at which place of the value. */
export type Place = {
  readonly path: string
  readonly scope: Scope | undefined
  readonly problems: SchemaProblem[]
  /** How many of them are enough. */
  readonly most: number
  /** Of the same value, by the schema around it; absent where nothing asks for the rest. */
  readonly seen: Seen | undefined
  readonly propertyName?: string | undefined
}

/** Asks the schemas that stand behind words of this one. */
export type Fits = (part: Part, value: unknown, place: Place) => boolean

export type Look = {
  readonly part: Part
  readonly schema: Schema
  readonly place: Place
  readonly scope: Scope
  /** Absent where nothing asks for the rest. */
  readonly seen: Seen | undefined
  isFine: boolean
}

/** The schema does not allow the value. */
export function refuse(look: Look, keyword: string, message: string, params: SchemaProblem['params'] = {}): void {
  look.isFine = false
  tell(look.place, { keyword, message, params, parentSchema: look.schema })
}

export function tell(place: Place, problem: Omit<SchemaProblem, 'instancePath' | 'propertyName'>): void {
  const { path, problems, most, propertyName } = place
  if (problems.length >= most) throw new EnoughProblems()
  problems.push({ ...problem, instancePath: path, ...(propertyName === undefined ? {} : { propertyName }) })
}

/** For a schema that is about the same value. */
export function samePlace({ place, scope, seen }: Look): Place {
  return { ...place, scope, seen }
}

/** For one that is about a part of the value. */
export function innerPlace({ place, scope }: Look, step: string | number): Place {
  const path = `${place.path}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`
  const { problems, most } = place
  return { path, scope, problems, most, seen: undefined }
}

export type Guessed = {
  readonly isFine: boolean
  readonly problems: readonly SchemaProblem[]
  readonly seen: Seen | undefined
}

/** What comes of it counts only where somebody keeps it. */
export function guess(place: Place, fits: (place: Place) => boolean, most = MAX_PROBLEMS): Guessed {
  const seen = place.seen && nothingSeen()
  const problems: SchemaProblem[] = []
  return { isFine: untilEnough(() => fits({ ...place, problems, most, seen })), problems, seen }
}

/** How many problems the next of several guesses may find, whose problems are all kept: one at least, as it says no by it. */
export function roomBeside(tried: readonly Guessed[]): number {
  return Math.max(1, MAX_PROBLEMS - tried.reduce((sum, { problems }) => sum + problems.length, 0))
}

export function untilEnough(fits: () => boolean): boolean {
  try {
    return fits()
  } catch (error) {
    if (error instanceof EnoughProblems) return false
    throw error
  }
}

export function mergeSeen(into: Seen | undefined, more: Seen | undefined): void {
  if (!into || !more) return
  for (const name of more.names) into.names.add(name)
  for (const at of more.items) into.items.add(at)
  into.allNames ||= more.allNames
  into.allItems ||= more.allItems
  into.firstItems = Math.max(into.firstItems, more.firstItems)
}

export function keep(problems: readonly SchemaProblem[], place: Place): void {
  const room = place.most - place.problems.length
  for (const problem of problems.slice(0, Math.max(room, 0))) place.problems.push(problem)
}
