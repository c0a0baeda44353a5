// The JSON result of `check/v1`: the last line of standard output, whole. Whatever else looks like JSON is no result, and
// no text of a person either: what it meant to say is unknown.
import { MAX_RESULT_BYTES, parseCheckResult } from '../../schemas/check-result.ts'
import { throwDefect } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { allProblemsOf } from '../../schemas/shape.ts'
import type { Captured } from '../../system/process/captured-output.ts'
import { overwrittenParts, withoutSequences } from './plain-text.ts'
import type { CheckReport } from './report.ts'
import { summaryOf } from './report.ts'

type ResultLine =
  | { readonly kind: 'result'; readonly report: CheckReport }
  /** It looks like JSON and is no result. */
  | { readonly kind: 'broken'; readonly problem: string }
  /** The last line was cut off, so it could have been a result. */
  | { readonly kind: 'cut'; readonly problem: string }
  | { readonly kind: 'none' }

/** Lines that begin or end a JSON object or array, and quoted keys anywhere. */
const LOOKS_LIKE_JSON =
  /^[\s\0\ufffd]*(?:\{|\[[\s\0]*(?:[{["\]]|$)|[}\]][\s,]*$)|\}[\s\0;,]*$|\{[\s\0]*\\?["']|["'](?:status|summary)\\?["']\s*:/im

export function readResultLine(output: Captured): ResultLine {
  const last = lastLine(output)
  if (last === undefined) return { kind: 'cut', problem: `its last line is longer than ${MAX_RESULT_BYTES} bytes` }
  if (output.isOpen && !last.isEnded) return { kind: 'cut', problem: 'its last line has no end' }
  if (last.text.startsWith('{')) return readJson(last.text, output)
  if (!LOOKS_LIKE_JSON.test(withoutSequences(output.text))) return { kind: 'none' }
  const problem = `it holds JSON that is not one whole line at its end, which is ${quote(printable(last.text, MAX_SHOWN))}`
  return { kind: 'broken', problem }
}

type LastLine = { readonly text: string; readonly isEnded: boolean }

/** The last line that is not blank; undefined when its beginning was dropped. */
export function lastLine({ text, tail }: Captured): LastLine | undefined {
  const lines = withoutSequences(tail ?? text).split('\n')
  const at = lines.findLastIndex((line) => line.trim() !== '')
  if (tail !== undefined && at <= 0) return undefined
  const isEnded = at < lines.length - 1
  return {
    text:
      overwrittenParts(lines[at] ?? '')
        .at(-1)
        ?.trim() ?? '',
    isEnded,
  }
}

const MAX_SHOWN = 100
const A_RESULT = '`{"v":1,"status":"ok","summary":"…"}`'

function readJson(line: string, { isUtf8 }: Captured): ResultLine {
  if (!isUtf8 && line.includes('\ufffd')) return { kind: 'broken', problem: 'it is not UTF-8' }
  try {
    const { v: _, status, summary, ...rest } = parseCheckResult(line, 'result')
    return { kind: 'result', report: { status, summary: summaryOf(summary), ...omitUndefined(rest) } }
  } catch (error) {
    throwDefect(error)
    return {
      kind: 'broken',
      problem: `${printable(allProblemsOf(error), 300)}; a result is a line such as ${A_RESULT}`,
    }
  }
}
