// What a call gives back: typed for programs, and the same as text. What did not pass never looks like a success, and nothing in it
// writes to a terminal.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckStatus } from '../../schemas/check-result.ts'
import type { CodedError } from '../../schemas/errors.ts'
import type { CheckContract } from '../../schemas/manifest.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable } from '../../schemas/quote.ts'
import { pluginName } from '../../schemas/release-name.ts'
import type { Captured } from '../../system/process/captured-output.ts'
import type { Ending } from '../../system/process/run-process.ts'
import { withoutSequences } from '../result/plain-text.ts'
import type { CheckReport } from '../result/report.ts'
import { isPass } from '../result/report.ts'
import type { LogLine } from '../result/stderr-log.ts'
import { parseLogLines } from '../result/stderr-log.ts'

type Structured = {
  readonly status: CheckStatus
  readonly summary: string
  readonly plugin: string
  readonly [key: string]: unknown
}

export type ToolResult = {
  readonly content: { readonly type: 'text'; readonly text: string }[]
  readonly structuredContent: Structured
  readonly isError?: true
}

type Hide = (text: string) => string

type Run = {
  readonly executable: VerifiedExecutable
  readonly contract: CheckContract
  readonly report: CheckReport
  readonly ending: Ending
  /** Takes secrets out of a text; absent where the call had none. */
  readonly hide?: Hide | undefined
}

const MAX_LOG_LINES = 50

export function resultOf({ executable, contract, report, ending, hide }: Run): ToolResult {
  const { repo, plugin, version } = executable
  const { status, summary, details, metrics, exitCode, hostCode, furtherLines = [] } = report
  const printed = contract === 'exit-code' ? printedText(ending.stdout, hide !== undefined) : furtherLines.join('\n')
  const log = parseLogLines(ending.stderr.text).slice(-MAX_LOG_LINES)
  const found = {
    status,
    summary,
    plugin: pluginName({ repo, plugin }),
    version,
    durationMs: ending.durationMs,
    ...omitUndefined({ exitCode, hostCode, details, metrics }),
    ...(printed === '' ? {} : { output: printed }),
    ...(log.length === 0 ? {} : { log }),
  }
  const structured = hide ? hiddenIn(found, hide) : found
  return finished(structured, !isPass(status))
}

/** Why nothing was run, with the code of octo. */
export function failureOf(plugin: string, { code, message, hint }: CodedError): ToolResult {
  const error = { code, message, ...omitUndefined({ hint }) }
  return finished({ status: 'unknown', summary: message, plugin, error }, true)
}

function finished(structured: Structured, isError: boolean): ToolResult {
  const content = [{ type: 'text' as const, text: textOf(structured) }]
  return { content, structuredContent: structured, ...(isError ? { isError } : {}) }
}

function textOf({ status, summary, output, log, error }: Structured): string {
  const { code, hint } = (error ?? {}) as Partial<CodedError>
  const lines = (log ?? []) as readonly LogLine[]
  return [
    code === undefined ? `${status}: ${summary}` : `error[${code}]: ${summary}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
    ...(typeof output === 'string' ? [output] : []),
    ...(isPass(status) ? [] : lines.map(({ level, message }) => `${level}: ${message}`)),
  ].join('\n')
}

/** With tabs and line ends. Where a secret may have been cut in two, its halves go with their lines. */
function printedText({ text, tail, droppedBytes }: Captured, mayHoldSecret: boolean): string {
  if (!mayHoldSecret || droppedBytes === 0 || tail === undefined) return plain(text)
  const before = text.slice(0, text.length - tail.length)
  const note = before.lastIndexOf('\n…')
  const head = before.slice(0, note)
  return plain([head.slice(0, head.lastIndexOf('\n') + 1), before.slice(note + 1), afterFirstLine(tail)].join(''))
}

function afterFirstLine(text: string): string {
  const end = text.indexOf('\n')
  return end < 0 ? '' : text.slice(end + 1)
}

function plain(text: string): string {
  return withoutSequences(text)
    .replaceAll('\r\n', '\n')
    .replace(/[^\n\t]+/g, (part) => printable(part, part.length))
    .trimEnd()
}

/** The same with secrets taken out of every text in it. */
function hiddenIn<Value>(value: Value, hide: Hide): Value {
  if (typeof value === 'string') return hide(value) as Value
  if (Array.isArray(value)) return value.map((item) => hiddenIn(item, hide)) as Value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [hide(key), hiddenIn(inner, hide)])) as Value
}
