// `tool: [repo/]name[@range]`, by which an item of a config names its plugin.
import type { CodedError } from '../../schemas/errors.ts'
import { throwDefect } from '../../schemas/errors.ts'
import { invalid } from '../document/invalid.ts'
import type { MapNode, TreeNode } from '../document/node.ts'
import { isText } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import type { PluginRequest } from './asked-plugin.ts'
import { parsePluginRequest } from './plugin-request.ts'

type Tool = { readonly request: PluginRequest; readonly tool: TreeNode }

/** `what` is the item, for people. Throws CONFIG_INVALID. */
export function readTool(item: MapNode, tool: TreeNode | undefined, what: string): Tool {
  if (tool) requireOneReading(tool)
  if (!isText(tool)) throw invalid(item, `${what} does not name its plugin, expected \`tool: NAME\``)
  try {
    return { request: parsePluginRequest(tool.value), tool }
  } catch (error) {
    throwDefect(error)
    throw toolInvalid(tool, error)
  }
}

function toolInvalid(tool: TreeNode, cause: CodedError): Error {
  return invalid(tool, `\`tool\`: ${cause.message}`, { cause, hint: cause.hint })
}
