// Words of a JSON Schema that ask further schemas about the same value: all of them, some of them, or those that the value calls for.
import { mapOf } from '../is-map.ts'
import type { Fits, Guessed, Look } from './look.ts'
import { guess, keep, mergeSeen, refuse, roomBeside, samePlace } from './look.ts'
import type { Part } from './parts.ts'

export function lookAtBranches(look: Look, value: unknown, fits: Fits): void {
  lookAtNot(look, value, fits)
  lookAtAny(look, value, fits)
  lookAtOne(look, value, fits)
  for (const part of listBehind(look.part, 'allOf')) also(look, fits(part, value, samePlace(look)))
  lookAtCondition(look, value, fits)
}

/** What depends on a key of the map. */
export function lookAtDependent(look: Look, value: Readonly<Record<string, unknown>>, fits: Fits): void {
  const words = look.part.resource.document.draft === '07' ? ['dependencies'] : ['dependencies', 'dependentRequired']
  for (const word of words)
    for (const [name, more] of Object.entries(mapOf(look.schema[word])))
      if (Array.isArray(more) && Object.hasOwn(value, name)) requireWith(look, { word, name, more, value })
  for (const word of ['dependencies', 'dependentSchemas'])
    for (const [name, part] of mapBehind(look.part, word))
      if (Object.hasOwn(value, name)) also(look, fits(part, value, samePlace(look)))
}

export function behind(part: Part, word: string): Part | undefined {
  const held = part.held.get(word)
  return held instanceof Map ? undefined : held
}

export function listBehind(part: Part, word: string): readonly Part[] {
  return [...mapBehind(part, word).values()]
}

export function mapBehind(part: Part, word: string): ReadonlyMap<string, Part> {
  const held = part.held.get(word)
  return held instanceof Map ? held : new Map()
}

export function also(look: Look, isFine: boolean): void {
  if (!isFine) look.isFine = false
}

/** More of a sentence is never shown, and a schema may have a long one for each of its problems. */
const MAX_SENTENCE = 200
const MAX_NAMED = 20

type Needed = {
  readonly word: string
  readonly name: string
  readonly more: readonly unknown[]
  readonly value: object
}

function requireWith(look: Look, { word, name, more, value }: Needed): void {
  const missing = more.map(String).filter((one) => !Object.hasOwn(value, one))
  if (missing.length === 0) return
  const what = `${more.length === 1 ? 'property' : 'properties'} ${more.slice(0, MAX_NAMED).join(', ')}`
  const message = `must have ${what.slice(0, MAX_SENTENCE)} when property ${name} is present`
  for (const missingProperty of missing) refuse(look, word, message, { property: name, missingProperty })
}

function lookAtNot(look: Look, value: unknown, fits: Fits): void {
  const part = behind(look.part, 'not')
  if (part && guess(samePlace(look), (place) => fits(part, value, place)).isFine)
    refuse(look, 'not', 'must NOT be valid')
}

function lookAtAny(look: Look, value: unknown, fits: Fits): void {
  if (!look.part.held.has('anyOf')) return
  const tried: Guessed[] = []
  for (const part of listBehind(look.part, 'anyOf')) {
    const one = guess(samePlace(look), (place) => fits(part, value, place), roomBeside(tried))
    tried.push(one)
    mergeSeen(look.seen, one.seen)
    // The others could only say what else they looked at.
    if (one.isFine && !look.seen) return
  }
  if (tried.some(({ isFine }) => isFine)) return
  refuseBranches(look, 'anyOf', 'must match a schema in anyOf', tried)
}

function lookAtOne(look: Look, value: unknown, fits: Fits): void {
  if (!look.part.held.has('oneOf')) return
  const tried: Guessed[] = []
  for (const part of listBehind(look.part, 'oneOf')) {
    tried.push(guess(samePlace(look), (place) => fits(part, value, place), roomBeside(tried)))
    if (tried.filter(({ isFine }) => isFine).length > 1) break
  }
  const fitting = tried.flatMap(({ isFine }, at) => (isFine ? [at] : []))
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) mergeSeen(look.seen, tried[only]?.seen)
  else refuseBranches(look, 'oneOf', 'must match exactly one schema in oneOf', tried)
}

/** What each of them says, then that none of them fits; or that too many do. */
function refuseBranches(look: Look, word: string, message: string, tried: readonly Guessed[]): void {
  for (const { problems } of tried) keep(problems, look.place)
  const passing = tried.flatMap(({ isFine }, at) => (isFine ? [at] : []))
  const branches = passing.length > 0 ? undefined : tried.map(({ problems }) => problems)
  refuse(look, word, message, { passingSchemas: passing.length > 0 ? passing : null, branches })
}

function lookAtCondition(look: Look, value: unknown, fits: Fits): void {
  const condition = behind(look.part, 'if')
  if (!condition) return
  const { isFine: isMet, seen } = guess(samePlace(look), (place) => fits(condition, value, place))
  mergeSeen(look.seen, seen)
  const word = isMet ? 'then' : 'else'
  const then = behind(look.part, word)
  if (then && !fits(then, value, samePlace(look)))
    refuse(look, 'if', `must match "${word}" schema`, { failingKeyword: word })
}
