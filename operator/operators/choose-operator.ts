// Which operator answers: the one of the command line, else the one of the config, else the built-in one.
import type { OctoConfig, OperatorChoice } from '../../config/model/config.ts'
import { parseOperator } from '../../config/model/operator-choice.ts'
import type { Operator } from './operator.ts'

/** Throws NAME_INVALID or RANGE_INVALID for a word that names no operator. */
export async function chooseOperator(word: string | undefined, { operator }: OctoConfig): Promise<Operator> {
  const choice: OperatorChoice | undefined = word === undefined ? operator : parseOperator(word)
  if (choice?.kind === 'plugin') {
    const { pluginOperator } = await import('./plugin-operator.ts')
    return pluginOperator(choice)
  }
  const { BAREMETAL } = await import('./baremetal/baremetal.ts')
  return BAREMETAL
}
