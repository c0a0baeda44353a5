// What a registry has under the name of a locked plugin is not what was locked.
import { coded } from '../../schemas/errors.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import { quote } from '../../schemas/quote.ts'
import { releaseName } from '../../schemas/release-name.ts'

type Mismatch = {
  /** What was locked. */
  readonly what: 'component version' | 'release'
  readonly problem: string
  readonly cause?: unknown
}

export function lockMismatch(entry: LockedPlugin, { what, problem, cause }: Mismatch): Error {
  const name = releaseName(entry)
  return coded('STATEMENT_MISMATCH', {
    message: `${quote(name)} is not the ${what} that was locked: ${problem}`,
    details: { name, signer: entry.signer },
    hint: `\`octo update ${entry.plugin}\` locks it anew, once it is clear why it differs`,
    cause,
  })
}
