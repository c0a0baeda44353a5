// Words that make a program tell about itself and end well. Whoever gives them to a check has checked nothing.
import type { CheckArguments } from '../../config/model/config.ts'
import { quote } from '../../schemas/quote.ts'
import type { Ending } from '../../system/process/run-process.ts'
import type { CheckReport } from '../result/report.ts'
import { isPass } from '../result/report.ts'
import { readResultLine } from '../result/result-line.ts'

const WORDS = ['help', 'version', 'schema']
/** What may mean something else beside other words. */
const ALONE: ReadonlySet<string> = new Set(['-h', '-?', '-V', 'help', 'version'])

/** A pass of text that was asked for is none; a line of JSON with a result is one, as the program knew what it was asked. */
export function doubtToldAboutItself(report: CheckReport, given: CheckArguments, { stdout }: Ending): CheckReport {
  const word = isPass(report.status) ? wordAboutItself(given) : undefined
  if (word === undefined || readResultLine(stdout).kind === 'result') return report
  return {
    ...report,
    status: 'unknown',
    summary: `${quote(word)} makes it tell about itself, so that nothing was checked`,
  }
}

function wordAboutItself(given: CheckArguments): string | undefined {
  if (given.kind === 'map') {
    const key = WORDS.find((word) => given.value[word] === true)
    return key === undefined ? undefined : `--${key}`
  }
  const [first, more] = given.value
  if (first !== undefined && more === undefined && ALONE.has(first)) return first
  return given.value.find((word) => WORDS.some((one) => word === `--${one}`))
}
