// What a test run looks like: a line per file, every failure with its reason, skips with theirs, the failures once more
// for those who see only the end of a long log, and one last line that scripts can read. Bounded, however much fails.
import type { OutputStream, Paint } from '../../terminal/index.ts'
import { count, formatDuration } from '../../terminal/index.ts'
import type { FileOutcome, TestOutcome } from './recorder.ts'

const MAX_FAILURES_SHOWN = 40
const MAX_LINES_PER_FAILURE = 40
const MAX_OUTPUT_LINES = 40

export function renderFile({ file, durationMs, tests, output }: FileOutcome, paint: Paint): string {
  const failed = tests.filter(({ state }) => state === 'failed')
  const mark = failed.length > 0 ? paint.red('✗') : paint.green('✓')
  const head = `${mark} ${file}  ${paint.dim(`${count(tests.length, 'test')}, ${formatDuration(durationMs)}`)}`
  if (failed.length === 0) return head
  const failures = failed.slice(0, MAX_FAILURES_SHOWN).map((test) => renderFailure(test, paint))
  const printed = output.trim() ? [indent(`printed:\n${lastLines(output)}`, 4)] : []
  return [head, ...failures, ...printed].join('\n')
}

/** The lines after all files: skips by reason, what was left behind, what failed, then the sum. Nothing ran is a failure too. */
export function renderSum(files: readonly FileOutcome[], out: OutputStream, paint: Paint): number {
  const tests = files.flatMap(({ file, tests }) => tests.map((test) => ({ ...test, file })))
  const number = (state: TestOutcome['state']) => tests.filter((test) => test.state === state).length
  for (const test of tests)
    if (test.state === 'skipped') out.write(`- skipped: ${test.title} (${test.file}): ${test.note}\n`)
  for (const { file, left = [] } of files)
    if (left.length > 0) out.write(`- left among temporary files: ${left.join(', ')} (${file}, or one before it)\n`)
  const failed = files.filter(({ tests }) => tests.some(({ state }) => state === 'failed'))
  if (failed.length > 0) out.write('\nwhat failed, once more:\n')
  for (const outcome of failed.slice(0, MAX_FAILURES_SHOWN)) out.write(`${renderFile(outcome, paint)}\n`)
  if (tests.length === 0) out.write('no test ran: name files or folders that exist, or none for all\n')
  const sum = [`${number('passed')} passed`, `${number('failed')} failed`]
  if (number('skipped') > 0) sum.push(`${number('skipped')} skipped`)
  out.write(`${sum.join(', ')}\n`)
  return number('failed') > 0 || number('passed') + number('skipped') === 0 ? 1 : 0
}

function renderFailure({ title, note }: TestOutcome, paint: Paint): string {
  const lines = note.split('\n')
  const shown = lines.slice(0, MAX_LINES_PER_FAILURE)
  if (lines.length > shown.length) shown.push(`… ${count(lines.length - shown.length, 'more line')}`)
  return `${indent(paint.red(title), 4)}\n${indent(shown.join('\n'), 6)}`
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-MAX_OUTPUT_LINES).join('\n')
}

function indent(text: string, spaces: number): string {
  return text.replace(/^/gm, ' '.repeat(spaces))
}
