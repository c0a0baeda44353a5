// Is the process alive, and can it do its work? The first never touches the database; the second asks it, and its folders.
import { coded } from '../../../schemas/errors.ts'
import type { RegistryServices } from '../../context.ts'
import type { Handler } from '../http/env.ts'
import { ALIVE } from '../http/probes.ts'

const NO_STORE = { 'Cache-Control': 'no-store' }

export const livezRoute: Handler = (c) => c.json(ALIVE, 200, NO_STORE)

export function readyzRoute({ metadata, refusal, tree, requireInPlace }: RegistryServices): Handler {
  return async (c) => {
    const error = refusal()
    if (error) throw error
    await metadata.upkeep.ping()
    await requireInPlace()
    if (tree.showsTooMuch()) throw showsTooMuch()
    if (!tree.isWhole()) throw showsTooLittle()
    return c.json({ status: 'ready' }, 200, NO_STORE)
  }
}

/** Without names: everybody may ask, and a private repo has none for them. */
function showsTooMuch(): Error {
  return coded('DATA_DIR_CORRUPT', {
    message: 'what became private or was quarantined is still shown, as the disk does not let it be taken away',
    hint: 'the log names it; until it is gone, take it out of `tree/` by hand or stop what serves that folder',
  })
}

/** Whoever asks for what is not there yet would be told that it does not exist. */
function showsTooLittle(): Error {
  return coded('DATA_DIR_CORRUPT', {
    message: 'not all that was published is shown yet, as the tree was missing and is made anew',
    hint: (data) =>
      `wait; where it does not end, the log names what keeps it, and \`octo registry fsck --data ${data}\` what is missing`,
  })
}
