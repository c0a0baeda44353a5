// Which plugins `octo mcp` offers to other programs, and as what. Answers THREATS.md: only the local config marks a plugin.
import { DAY_MS } from '../../schemas/duration.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { fieldOf } from '../document/field-of.ts'
import type { TreeNode } from '../document/node.ts'
import { isEmpty } from '../document/node.ts'
import { readBoolean, readDuration } from '../document/scalars.ts'

export type McpMark = {
  /** Whether a call may undo something; what is no check may, where nothing is said. */
  readonly destructive?: boolean
  /** Longest time of one call. */
  readonly timeoutMs?: number
}

const SHORTEST_MS = 100

/** Undefined where the plugin is not offered; throws CONFIG_INVALID. */
export function readMcp(node: TreeNode | undefined): McpMark | undefined {
  if (isEmpty(node)) return undefined
  if (node.kind === 'scalar') return readBoolean(node, 'mcp', false) ? {} : undefined
  const destructive = fieldOf(node, 'mcp', 'destructive')
  const timeoutMs = readDuration(fieldOf(node, 'mcp', 'timeout'), 'timeout', { min: SHORTEST_MS, max: DAY_MS })
  return {
    ...(isEmpty(destructive) ? {} : { destructive: readBoolean(destructive, 'destructive', true) }),
    ...omitUndefined({ timeoutMs }),
  }
}
