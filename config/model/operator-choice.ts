// `octoctl.operator`: what runs the services of a config. octo itself does it on bare metal; every other name is a plugin.
import { throwDefect } from '../../schemas/errors.ts'
import { fieldOf, fieldUnder } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { isEmpty, isRemote, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import { refused } from '../document/refused.ts'
import type { OperatorChoice } from './config.ts'
import { parsePluginRequest } from './plugin-request.ts'
import { OPERATOR_KIND } from './requests.ts'

/** The names by which octoctl knows operators of its own, and the plugin that does the same work. */
const PLUGIN_OF: ReadonlyMap<string, string> = new Map([
  ['docker', 'operator-compose'],
  ['podman', 'operator-compose'],
  ['nerdctl', 'operator-compose'],
  ['compose', 'operator-compose'],
  ['kubernetes', 'operator-kubernetes'],
])

/** Reads `baremetal`, `docker` and the like, or `[repo/]name[@range]`; throws NAME_INVALID or RANGE_INVALID. */
export function parseOperator(name: string): OperatorChoice {
  if (name === OPERATOR_KIND) return { kind: 'built in', name }
  return { kind: 'plugin', name, request: parsePluginRequest(PLUGIN_OF.get(name) ?? name) }
}

/** The operator that a config names; throws CONFIG_INVALID. */
export function readOperator(root: TreeNode | undefined): OperatorChoice | undefined {
  const node = fieldUnder(fieldOf(root, 'config', 'octoctl'), 'octoctl', ['operator', 'plugin'])
  if (isEmpty(node)) return undefined
  requireOneReading(node)
  if (node.kind !== 'scalar') throw invalid(node, '`operator` is no name, expected for example `operator: docker`')
  const name = textOf(node)
  // It runs with the user's environment, so elsewhere never decides which of two programs of one name it is.
  if (isRemote(node) && /[/@]/.test(name))
    throw refused(node, 'say from which repo or of which version the operator is')
  try {
    return parseOperator(name)
  } catch (error) {
    throwDefect(error)
    throw invalid(node, `\`operator\`: ${error.message}`, {
      cause: error,
      hint: error.hint,
    })
  }
}
