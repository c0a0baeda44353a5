// The JSON result of `check/v1`: the last line of standard output.
import { parseCheckResult } from '../../schemas/check-result.ts'
import { isCoded } from '../../schemas/errors.ts'
import { printable } from '../../schemas/quote.ts'
import type { Captured } from '../exec/captured-output.ts'
import type { CheckReport } from './report.ts'

export type ResultLine =
  | { readonly kind: 'result'; readonly report: CheckReport }
  /** It looks like JSON and is no result. */
  | { readonly kind: 'broken'; readonly problem: string }
  | { readonly kind: 'none' }

export function readResultLine({ text }: Captured): ResultLine {
  const line =
    text
      .split('\n')
      .findLast((candidate) => candidate.trim() !== '')
      ?.trim() ?? ''
  if (!line.startsWith('{')) return { kind: 'none' }
  try {
    const { v: _, status, summary, ...rest } = parseCheckResult(line, 'result')
    return { kind: 'result', report: { status, summary: printable(summary.trim(), 500), ...definedOf(rest) } }
  } catch (error) {
    if (!isCoded(error)) throw error
    return { kind: 'broken', problem: error.message }
  }
}

type Optional<Fields> = { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> }

/** Without keys whose value is undefined, which an exact type does not allow. */
function definedOf<Fields extends object>(fields: Fields): Optional<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Optional<Fields>
}
