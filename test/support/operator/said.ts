// What a check said, without the place in front and the milliseconds, which differ from run to run.
import type { CheckResult } from '../../../sdk/index.ts'

export function said({ status, summary }: CheckResult): readonly [status: string, words: string] {
  return [status, summary.replace(/^\S+: /, '').replace(/ \([0-9.]+ m?s\)/, '')]
}
