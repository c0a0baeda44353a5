// Which steps of `octo update` somebody has to say yes to: to another major version, and back to an older one that the config does not
// ask for.
import { coded } from '../../schemas/errors.ts'
import { stepBetween } from '../../schemas/version-step.ts'
import { askOn } from '../../terminal/ask-question.ts'
import type { Terminal } from '../../terminal/index.ts'
import type { LockChange } from '../api.ts'

type Asking = {
  readonly yes: boolean
  readonly lineOf: (change: LockChange) => string
  readonly terminal: Terminal
  readonly ask?: ReturnType<typeof askOn>
}

/** Throws USAGE where nobody can be asked, and INTERRUPTED for a no. */
export async function requireAgreement(
  changes: readonly LockChange[],
  { yes, lineOf, terminal, ask = askOn(terminal) }: Asking,
): Promise<void> {
  const unexpected = changes.filter(isUnexpected)
  if (yes || unexpected.length === 0) return
  const lines = unexpected.map(lineOf)
  if (!ask)
    throw coded('USAGE', {
      message: `nobody can be asked whether this is wanted: ${lines.join('; ')}`,
      details: { changes: unexpected.map(({ name }) => name) },
      hint: 'look at it with `octo update --dry-run`, and say `octo update --yes`; or keep it out by a range in the config',
    })
  for (const line of lines) terminal.info(line)
  if ((await ask({ name: 'Write this into the lockfile?', type: 'confirm', options: [] })) === 'true') return
  throw coded('INTERRUPTED', { message: 'nothing was written, as nobody said yes' })
}

/** Whoever wrote a range that the locked version does not answer has said yes. */
function isUnexpected({ before, after, left }: LockChange): boolean {
  if (!before || !after || left === 'range') return false
  const step = stepBetween(before.version, after.version)
  return step === 'major' || step === 'downgrade'
}
