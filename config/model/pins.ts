// `operator.plugins`: binds a plugin's name to a repo and a range, so that no other repo can offer it.
import type { CodedError } from '../../schemas/errors.ts'
import { isCoded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { parseName } from '../../schemas/name.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { parseRange } from '../../schemas/version.ts'
import { fieldOf, namedEntries } from '../document/field-of.ts'
import type { FieldName } from '../document/fields.ts'
import { invalid } from '../document/invalid.ts'
import type { Place, TreeNode } from '../document/node.ts'
import { exactPlaceOf, isEmpty, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import { readBoolean } from '../document/scalars.ts'
import type { Warnings } from '../document/warnings.ts'
import { attempt } from '../document/warnings.ts'
import type { PluginPin } from './config.ts'
import { readConfigurationList } from './plugin-configurations.ts'
import { canonicalName } from './plugin-request.ts'
import { readMcp } from './read-mcp.ts'

type PinField = FieldName<'pin'>

/** Reads `operator.plugins` and `octoctl.plugins`; throws CONFIG_INVALID. */
export function readPins(root: TreeNode | undefined, warnings: Pick<Warnings, 'report'>): PluginPin[] {
  const pins = new Map<Name, PluginPin>()
  for (const [name, node] of writtenPins(root)) {
    const pin = attempt(warnings, () => at(node, () => readPin(name, node, warnings)))
    if (pin) pins.set(pin.plugin, pin)
  }
  return [...pins.values()]
}

/** Where each pin names its repo, by the plugin. */
export function placesOfPins(root: TreeNode | undefined): ReadonlyMap<string, Place> {
  return new Map(
    writtenPins(root).map(([name, node]) => {
      const field = node.kind === 'map' ? fieldOf(node, 'pin', 'repo') : undefined
      return [canonicalName(name), exactPlaceOf(field ?? node)]
    }),
  )
}

/** Of two for one plugin the later counts. */
function writtenPins(root: TreeNode | undefined) {
  const octoctl = fieldOf(fieldOf(root, 'config', 'octoctl'), 'octoctl', 'plugins')
  const operator = fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'plugins')
  return [...namedEntries(octoctl), ...namedEntries(operator)]
}

function readPin(name: string, node: TreeNode, warnings: Pick<Warnings, 'report'>): PluginPin {
  const plugin = parseName(canonicalName(name), 'plugin')
  if (isEmpty(node)) return { plugin }
  requireOneReading(node)
  if (node.kind === 'scalar') return { plugin, range: parseRange(textOf(node)) }
  const each = <Value>(key: PinField, read: (field: TreeNode | undefined) => Value) => {
    const field = fieldOf(node, 'pin', key)
    return attempt(warnings, () => at(field ?? node, () => read(field)))
  }
  const range = each('version', (field) => mapText(field, 'version', parseRange))
  const repo = each('repo', (field) => mapText(field, 'repo', (text) => parseName(text, 'repo')))
  const prerelease = each('prerelease', (field) => readBoolean(field, 'prerelease', false))
  const optional = each('optional', (field) => readBoolean(field, 'optional', false))
  const configurations = each('configurations', readConfigurationList)
  const mcp = each('mcp', readMcp)
  return {
    plugin,
    ...omitUndefined({ repo, range }),
    ...(prerelease ? { prerelease } : {}),
    ...(optional ? { optional } : {}),
    ...(configurations ? { configurations } : {}),
    ...(mcp ? { mcp } : {}),
  }
}

function mapText<Value>(value: TreeNode | undefined, key: PinField, parse: (text: string) => Value): Value | undefined {
  if (isEmpty(value)) return undefined
  requireOneReading(value)
  if (value.kind === 'scalar') return parse(textOf(value))
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
  return invalid(node, cause.message, { cause, hint: cause.hint })
}
