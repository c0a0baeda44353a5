// What of a value does not fit a JSON Schema, as sentences for people. Values are never repeated: they may be secrets.
import { printable, quote } from '../quote.ts'
import type { SchemaProblem } from './look.ts'

/** Says of a key that the schema around it does not know. */
type UnknownKey = (name: string, problem: SchemaProblem) => string

const MAX_LISTED = 20

export function sentenceOf(
  problem: SchemaProblem,
  unknownKey: UnknownKey = (name) => `has no key ${quote(name)}`,
): string {
  const steps = stepsOf(problem.instancePath).join('.')
  const { propertyName } = problem
  const name = propertyName === undefined ? '' : `the key ${quote(propertyName)} `
  const where = `${steps === '' ? '' : `${quote(steps)} `}${name}`
  return `${where}${wordsFor(problem, unknownKey)}`
}

/** The keys and indices that lead to what does not fit. */
export function stepsOf(pointer: string): readonly string[] {
  return pointer.split('/').slice(1).map(unescaped)
}

export function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}

/**
 * The problems that help somebody: of several ways to fit, those of the one that it comes closest to, where there is one; and of a key, what is
 * wrong with it.
 */
export function toldProblems(problems: readonly SchemaProblem[]): readonly SchemaProblem[] {
  const left = new Set(problems)
  for (const problem of problems) {
    const closest = closestOf(problem)
    if (!left.has(problem) || !closest) continue
    left.delete(problem)
    for (const one of branchesOf(problem).flat()) if (!closest.includes(one)) left.delete(one)
  }
  const named = new Set([...left].map(({ propertyName }) => propertyName))
  return [...left].filter(
    ({ keyword, params }) => keyword !== 'propertyNames' || !named.has(String(params.propertyName)),
  )
}

export function listed(values: unknown): string {
  return Array.isArray(values) && values.length > 0 ? values.slice(0, MAX_LISTED).map(quote).join(', ') : 'none'
}

function branchesOf({ params }: SchemaProblem): readonly (readonly SchemaProblem[])[] {
  return Array.isArray(params.branches) ? params.branches : []
}

function closestOf(problem: SchemaProblem): readonly SchemaProblem[] | undefined {
  const branches = branchesOf(problem)
  const fewest = Math.min(...branches.map((branch) => branch.length))
  const closest = branches.filter((branch) => branch.length === fewest)
  return closest.length === 1 && branches.length > 1 ? closest[0] : undefined
}

function wordsFor(problem: SchemaProblem, unknownKey: UnknownKey): string {
  const { keyword, params, message } = problem
  if (keyword === 'additionalProperties') return unknownKey(String(params.additionalProperty), problem)
  if (keyword === 'unevaluatedProperties' && params.unevaluatedProperty !== undefined)
    return unknownKey(String(params.unevaluatedProperty), problem)
  if (keyword === 'required') return `${quote(params.missingProperty)} is missing`
  if (keyword === 'enum') return `is none of ${listed(params.allowedValues)}`
  if (keyword === 'const') return `is not ${quote(params.allowedValue)}`
  return printable(message, 200)
}
