// `operator.plugins`: binds a plugin's name to a repo and a range, so that no other repo can offer it.
import type { CodedError } from '../../schemas/errors.ts'
import { isCoded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { parseName } from '../../schemas/name.ts'
import { parseRange } from '../../schemas/version.ts'
import { fieldOf, namedEntries } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { isEmpty, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import { readBoolean } from '../document/scalars.ts'
import type { Warnings } from '../document/warnings.ts'
import { attempt } from '../document/warnings.ts'
import type { PluginPin } from './config.ts'
import { readConfigurationList } from './plugin-configurations.ts'
import { canonicalName } from './plugin-request.ts'
import { readMcp } from './read-mcp.ts'

/** Reads `operator.plugins` and `octoctl.plugins`; throws CONFIG_INVALID. */
export function readPins(root: TreeNode | undefined, warnings: Pick<Warnings, 'report'>): PluginPin[] {
  const pins = new Map<Name, PluginPin>()
  const octoctl = fieldOf(fieldOf(root, 'config', 'octoctl'), 'octoctl', 'plugins')
  const operator = fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'plugins')
  for (const [name, node] of [...namedEntries(octoctl), ...namedEntries(operator)]) {
    const pin = attempt(warnings, () => at(node, () => readPin(name, node)))
    if (pin) pins.set(pin.plugin, pin)
  }
  return [...pins.values()]
}

function readPin(name: string, node: TreeNode): PluginPin {
  const plugin = parseName(canonicalName(name), 'plugin')
  if (isEmpty(node)) return { plugin }
  requireOneReading(node)
  if (node.kind === 'scalar') return { plugin, range: parseRange(textOf(node)) }
  const range = textAt(node, 'version')
  const repo = textAt(node, 'repo')
  const prerelease = readBoolean(fieldOf(node, 'pin', 'prerelease'), 'prerelease', false)
  const optional = readBoolean(fieldOf(node, 'pin', 'optional'), 'optional', false)
  const configurations = readConfigurationList(fieldOf(node, 'pin', 'configurations'))
  const mcp = readMcp(fieldOf(node, 'pin', 'mcp'))
  return {
    plugin,
    ...(repo === undefined ? {} : { repo: parseName(repo, 'repo') }),
    ...(range === undefined ? {} : { range: parseRange(range) }),
    ...(prerelease ? { prerelease } : {}),
    ...(optional ? { optional } : {}),
    ...(configurations ? { configurations } : {}),
    ...(mcp ? { mcp } : {}),
  }
}

function textAt(node: TreeNode, key: 'version' | 'repo'): string | undefined {
  const value = fieldOf(node, 'pin', key)
  if (isEmpty(value)) return undefined
  requireOneReading(value)
  if (value.kind === 'scalar') return textOf(value)
  throw invalid(value, `\`${key}\` is no plain text`)
}

/** Gives the errors of names and ranges the place where they were written. */
function at<Value>(node: TreeNode, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    throw isCoded(error) && error.code !== 'CONFIG_INVALID' ? placed(node, error) : error
  }
}

function placed(node: TreeNode, cause: CodedError): Error {
  return invalid(node, cause.message, { cause, ...(cause.hint ? { hint: cause.hint } : {}) })
}
