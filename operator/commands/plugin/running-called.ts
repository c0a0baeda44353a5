// Those of the plugins that run which a command line names.
import { coded } from '../../../schemas/errors.ts'
import { nearestWord } from '../../../schemas/nearest-word.ts'
import { quote } from '../../../schemas/quote.ts'
import type { RunningPlugin } from '../../ocm/shared/list.ts'

/** All of them for no name; throws PLUGIN_NOT_FOUND for one of which none runs. */
export function runningCalled(names: readonly string[], running: readonly RunningPlugin[]): readonly RunningPlugin[] {
  const known = running.map(({ record }) => record.plugin)
  requireKnown(names, known, 'runs')
  return running.filter(({ record }) => names.length === 0 || names.includes(record.plugin))
}

/** `does`: what is said of one that is not among them. */
export function requireKnown(names: readonly string[], known: readonly string[], does: string): void {
  const strange = names.find((name) => !known.includes(name))
  if (strange === undefined) return
  const nearest = nearestWord(strange, known)
  throw coded('PLUGIN_NOT_FOUND', {
    message: `no service plugin ${quote(strange)} ${does}`,
    details: { plugin: strange, known: [...new Set(known)] },
    hint: nearest === undefined ? 'those that run: `octo plugin ps`' : `did you mean ${quote(nearest)}?`,
  })
}
