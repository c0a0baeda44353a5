// Arguments of a check as its plugin gets them, held to its schema. What runs again and again is asked once: the same arguments for
// the same release come to the same words.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments } from '../../config/model/config.ts'
import { validateArguments } from '../../config/validate-arguments.ts'
import type { Delivery } from './deliver-arguments.ts'
import { deliverArguments } from './deliver-arguments.ts'

const prepared = new WeakMap<CheckArguments, WeakMap<VerifiedExecutable, Delivery>>()

/** Throws ARGUMENTS_INVALID and LIMIT_EXCEEDED. */
export async function prepareArguments(given: CheckArguments, executable: VerifiedExecutable): Promise<Delivery> {
  const known = prepared.get(given)?.get(executable)
  if (known) return known
  const { plugin, manifest } = executable
  const fitting = await validateArguments(given, { plugin, schema: manifest.arguments })
  const delivery = deliverArguments(fitting, executable)
  const ofGiven = prepared.get(given) ?? new WeakMap<VerifiedExecutable, Delivery>()
  prepared.set(given, ofGiven.set(executable, delivery))
  return delivery
}
