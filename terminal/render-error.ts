// Errors as people and machines see them: what happened, what was expected and found, what to do next. Text in errors
// may come from registries and plugins, so everything is made printable here once more.
import { ERROR_CODES } from '../schemas/error-codes.ts'
import { CodedError } from '../schemas/errors.ts'
import { printable } from '../schemas/quote.ts'
import { inSources } from '../system/source-positions.ts'
import type { Paint } from './colour.ts'
import { paintFor } from './colour.ts'
import { wrapSentence } from './wrap-sentence.ts'

const MAX_MESSAGE = 2000
const MAX_VALUE = 300
const MAX_CAUSES = 5
const MAX_LINES = 40
const BUG_EXIT = 70

/** The exit code that belongs to an error; anything that is not a CodedError is a defect of ours. */
export function exitCodeOf(error: unknown): number {
  return error instanceof CodedError ? ERROR_CODES[error.code].exit : BUG_EXIT
}

/** Lines for stderr, without the last line end; only a terminal has a width that they have to fit into. */
export function renderError(
  error: unknown,
  paint: Paint = paintFor(false),
  width: number = Number.POSITIVE_INFINITY,
): string {
  return error instanceof CodedError ? renderCoded(error, paint, width) : renderDefect(error, paint)
}

/** The object that `--json` prints: `{ error: { code, message, details, hint?, causes? } }`. */
export function errorToJson(error: unknown): { error: Record<string, unknown> } {
  const causes = causesOf(error)
  const own =
    error instanceof CodedError ? error.toJSON() : { code: 'INTERNAL', message: messageOf(error), details: {} }
  return { error: { ...own, ...(causes.length > 0 ? { causes } : {}) } }
}

function renderCoded(error: CodedError, paint: Paint, width: number): string {
  const labelled = (label: string, text: string, painted: string) =>
    painted + wrapSentence(`${label}${text}`, { width }).slice(label.length)
  const head = `error[${error.code}]`
  const lines = [labelled(head, `: ${printable(error.message, MAX_MESSAGE)}`, paint.red(paint.bold(head)))]
  lines.push(...detailLines(error, paint, width))
  for (const cause of causesOf(error)) lines.push(labelled('  because', ` ${cause}`, `  ${paint.dim('because')}`))
  if (error.hint) lines.push(labelled('hint', `: ${printable(error.hint, MAX_MESSAGE)}`, paint.cyan('hint')))
  return lines.join('\n')
}

function renderDefect(error: unknown, paint: Paint): string {
  const stack = error instanceof Error && error.stack ? inSources(error.stack) : messageOf(error)
  const frames = stack.split('\n').map((line) => `  ${printable(line, MAX_MESSAGE)}`)
  const causes = causesOf(error).map((cause) => `  ${paint.dim('because')} ${cause}`)
  const head = `${paint.red(paint.bold('error[INTERNAL]'))}: octo met a case it does not handle; nothing you did is wrong`
  const hint = `${paint.cyan('hint')}: report this with the lines above`
  return [head, ...frames, ...causes, hint].join('\n')
}

/** Expected and found first, in one column; then the other values. */
function detailLines({ code, details }: CodedError, paint: Paint, screen: number): string[] {
  const rank = (key: string) => ['expected', 'found'].indexOf(key)
  const told = Object.keys(details).filter((key) => !isEmpty(details[key]))
  const keys = told.sort((a, b) => (rank(a) < 0 ? 2 : rank(a)) - (rank(b) < 0 ? 2 : rank(b)))
  const width = Math.max(0, ...keys.map((key) => key.length))
  return keys.flatMap((key) => {
    const [first = '', ...others] = shownLines(details[key], code === 'BUILD_FAILED' && key === 'output')
    const indent = width + 4
    const wrap = (line: string) => wrapSentence(line, { width: screen, indent })
    const label = `  ${printable(key).padEnd(width)}`
    const beside = wrap(`${label}  ${first}`).slice(label.length)
    return [`${paint.dim(label)}${beside}`, ...others.map((line) => wrap(`${' '.repeat(indent)}${line}`))]
  })
}

/** Lists of problems one a line; what a command of this machine printed as it printed it. */
function shownLines(value: unknown, isPrinted: boolean): string[] {
  const lines = isProblems(value)
    ? value.map(problemLine)
    : isRecords(value)
      ? value.map(recordLine)
      : isPrinted
        ? shown(value).split('\n')
        : [shown(value)]
  return lines.slice(0, MAX_LINES).map((line) => printable(line, MAX_VALUE))
}

type ShownProblem = { readonly message: string; readonly path?: unknown; readonly line?: unknown }

function isProblems(value: unknown): value is readonly ShownProblem[] {
  const isOne = (entry: unknown) => typeof (entry as Partial<ShownProblem> | null)?.message === 'string'
  return Array.isArray(value) && value.length > 0 && value.every(isOne)
}

function problemLine({ line, path, message }: ShownProblem): string {
  const place = [...(line === undefined ? [] : [`line ${line}`]), ...(path ? [`\`${path}\``] : [])].join(', ')
  return place === '' ? message : `${place}: ${message}`
}

type ShownRecord = Readonly<Record<string, unknown>>

function isRecords(value: unknown): value is readonly ShownRecord[] {
  const isOne = (entry: unknown) =>
    typeof entry === 'object' && entry !== null && Object.values(entry).every((field) => typeof field !== 'object')
  return Array.isArray(value) && value.length > 0 && value.every(isOne)
}

/** `file octo.yaml, line 3`. */
function recordLine(record: ShownRecord): string {
  const fields = Object.entries(record).filter(([, field]) => !isEmpty(field))
  return fields.map(([key, field]) => `${key} ${String(field)}`).join(', ')
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((entry) => typeof entry !== 'object')) return value.join(', ')
  return JSON.stringify(value) ?? String(value)
}

/** Messages of the causes, outermost first; bounded, because a chain may be long or turn back on itself. */
function causesOf(error: unknown): string[] {
  const messages: string[] = []
  let cause = error instanceof Error ? error.cause : undefined
  while (cause !== undefined && messages.length < MAX_CAUSES) {
    messages.push(printable(messageOf(cause).trim(), MAX_VALUE))
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return messages
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name
  if (typeof error !== 'object' || error === null) return String(error)
  const { message, code } = error as { readonly message?: unknown; readonly code?: unknown }
  if (typeof message === 'string' && message !== '') return message
  return typeof code === 'string' ? code : (jsonOf(error) ?? 'a reason without words')
}

function jsonOf(value: object): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
