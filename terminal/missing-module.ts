// A package that cannot be loaded is no defect of octo: the checkout is not set up, and one command mends it.
import { isMissingModule, missingModule } from '../bin/installed.js'
import { coded } from '../schemas/errors.ts'

/** NOT_SET_UP for such an error, any other as it is. */
export function explainMissingModule(error: unknown): unknown {
  return isMissingModule(error) ? coded('NOT_SET_UP', { ...missingModule(), cause: error }) : error
}
