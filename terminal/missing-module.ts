// A package that cannot be loaded is no defect of octo: the checkout is not set up, and one command mends it. Nor is a part of octo that
// an upgrade has replaced below the octo that runs, which tools/bundle/halves.ts refuses, or one that is damaged, which bin/bundle.js does.
import { damagedFile, isMissingModule, missingModule } from '../bin/installed.js'
import { coded } from '../schemas/errors.ts'

/** NOT_SET_UP for such an error, any other as it is. */
export function explainMissingModule(error: unknown): unknown {
  if (Object(error).code === 'OCTO_REPLACED')
    return coded('NOT_SET_UP', {
      message: 'octo was replaced by another build while it ran, and what it needs now is not of its own',
      hint: 'run the same command again; if it says the same, install octo again',
      cause: error,
    })
  if (isDamaged(error)) return coded('NOT_SET_UP', { ...damagedFile(error), details: { path: error.path } })
  return isMissingModule(error) ? coded('NOT_SET_UP', { ...missingModule(), cause: error }) : error
}

type DamagedFile = Error & { readonly path: string }

function isDamaged(error: unknown): error is DamagedFile {
  return Object(error).code === 'OCTO_DAMAGED'
}
