// From unknown to typed, in one place: a zod shape gives the type, the validator and the JSON Schema.
import type { z } from 'zod'
import type { ErrorCode } from './error-codes.ts'
import type { CodedError } from './errors.ts'
import { coded } from './errors.ts'
import { nearestWord } from './nearest-word.ts'
import { omitUndefined } from './omit-undefined.ts'
import { foundWords, plainWords } from './plain-words.ts'
import { printable, quote } from './quote.ts'

/** Where a document came from, for errors: a file or URL, and the line of a path in it when the text has lines. */
type Source = {
  readonly name: string
  readonly lineOf?: (path: readonly PropertyKey[]) => number | undefined
  /** Whether what was found may be shown: not for documents that may hold secrets. */
  readonly showsFound?: boolean
}

type Problem = { readonly path: string; readonly line?: number; readonly message: string }

const MAX_PROBLEMS = 20

/** Returns the typed value; throws `code` (FORMAT_INVALID unless told) naming every problem with file, line and path. */
export function parseShape<Shape extends z.ZodType>(
  shape: Shape,
  value: unknown,
  source: Source,
  code: ErrorCode = 'FORMAT_INVALID',
): z.output<Shape> {
  const words = source.showsFound ? { error: plainWords } : {}
  const result = shape.safeParse(value, { reportInput: source.showsFound === true, ...words })
  if (result.success) return result.data
  const problems = result.error.issues.slice(0, MAX_PROBLEMS).map((issue) => problemOf(issue, source, shape))
  const [first] = problems
  throw coded(code, {
    message: `${quote(source.name)} ${placeOf(first)}${first?.message ?? 'has another shape than expected'}${countNote(problems.length)}`,
    details: { source: source.name, problems },
  })
}

/** The message with every problem that it counts, for where the details of an error are not shown. */
export function allProblemsOf({ message, details }: Pick<CodedError, 'message' | 'details'>): string {
  const problems = Array.isArray(details.problems) ? (details.problems as Problem[]) : []
  const others = problems.slice(1).map((problem) => `${placeOf(problem)}${problem.message}`)
  return [others.length === 0 ? message : message.replace(/ \(and \d+ more\)$/, ''), ...others].join('; ')
}

function problemOf(issue: z.core.$ZodIssue, source: Source, shape: z.ZodType): Problem {
  const line = source.lineOf?.(
    issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path,
  )
  const path = printable(issue.path.map(String).join('.'))
  return { path, ...omitUndefined({ line }), message: printable(sentenceOf(issue, shape), 300) }
}

function sentenceOf(issue: z.core.$ZodIssue, shape: z.ZodType): string {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(shape, issue.path)
    const nearest = issue.keys.length === 1 ? nearestWord(issue.keys[0] ?? '', known) : undefined
    return `unknown key ${issue.keys.map(quote).join(', ')}${nearest ? `, did you mean ${quote(nearest)}?` : ''}`
  }
  // What is wrong with the key of a map is said by the key's own shape.
  if (issue.code === 'invalid_key' && issue.issues[0]) return sentenceOf(issue.issues[0], shape)
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return `is missing, expected ${issue.expected}`
  return withFound(issue, issue.message.charAt(0).toLowerCase() + issue.message.slice(1))
}

/** The shapes' own sentences say what is expected; what was found is known here, where it may be shown. */
function withFound({ input }: z.core.$ZodIssue, sentence: string): string {
  const isOpen = typeof input === 'string' && sentence.startsWith('expected ') && !sentence.includes(', found ')
  return isOpen ? `${sentence}, found ${foundWords(input)}` : sentence
}

function placeOf(problem: Problem | undefined): string {
  if (!problem) return ''
  const line = problem.line === undefined ? '' : `line ${problem.line}, `
  return `${line}${problem.path === '' ? 'at its root' : `\`${problem.path}\``}: `
}

function countNote(count: number): string {
  return count > 1 ? ` (and ${count - 1} more)` : ''
}

/** The keys that the shape has at a path; none where it is no map of named keys. */
function knownKeys(shape: unknown, path: readonly PropertyKey[]): readonly string[] {
  const { def } = unwrapped(shape)
  const [key, ...rest] = path
  if (key === undefined) return Object.keys(def.shape ?? {})
  const inner = def.shape?.[String(key)] ?? def.valueType ?? def.element
  return inner === undefined ? [] : knownKeys(inner, rest)
}

type Definition = {
  readonly shape?: Readonly<Record<string, unknown>>
  readonly valueType?: unknown
  readonly element?: unknown
  readonly innerType?: unknown
}

function unwrapped(shape: unknown): { readonly def: Definition } {
  const found = shape as { readonly def?: Definition }
  return found.def?.innerType === undefined ? { def: found.def ?? {} } : unwrapped(found.def.innerType)
}
