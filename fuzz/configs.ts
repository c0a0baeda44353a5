// Configs through the real config reader: what it takes, octoctl's YAML reader takes as the same values in octo's own maps.
// What belongs to Compose is Compose's to read.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TreeNode } from '../config/document/node.ts'
import { parseTree } from '../config/document/node.ts'
import { decodeText } from '../schemas/text.ts'
import { readsAsTwoInConfigs } from '../schemas/yaml/scalars.ts'
import { readConfig } from '../test/support/builders/read-configs.ts'
import { blocksOfKind } from '../test/support/octo/document-blocks.ts'
import { mutated } from './mutation.ts'
import type { Random } from './random.ts'
import type { Question } from './readers.ts'
import { YAML_PIECES } from './yaml-documents.ts'

const CONFIGS = blocksOfKind('docs/CONFIG.md', 'config')
const OWN = ['name', 'projectID', 'include', 'operator', 'octoctl', 'repos', 'configs', 'service', 'globals']

/** `folder` is written into. */
export async function aConfig(random: Random, folder: string): Promise<Question> {
  const bytes = mutated(Buffer.from(random.of(CONFIGS)), YAML_PIECES, random)
  const path = join(folder, 'octo.yaml')
  writeFileSync(path, bytes)
  await readConfig(path, { cwd: folder, env: {}, platform: 'linux', arch: 'x64' })
  const tree = parseTree(decodeText(bytes, path), { name: path, remote: false })
  return { kind: 'yaml', bytes, ours: ownOf(dataOf(tree)), refusals: 'agree', only: 'Go', adapt: ownOfTheirs }
}

function ownOfTheirs(theirs: unknown, ours: unknown): unknown {
  return withUnread(ownOf(theirs), ours)
}

function ownOf(config: unknown): unknown {
  const { services, ...rest } = mapOf(config)
  const own = Object.entries(rest).filter(([key]) => OWN.includes(key))
  const checks = Object.entries(mapOf(services)).map(([name, service]) => [name, mapOf(service).octocompose ?? null])
  return { ...Object.fromEntries(own), services: Object.fromEntries(checks) }
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** What others read as another value is refused where it decides, so what is left of it here is read by nobody. */
function dataOf(node: TreeNode): unknown {
  if (node.kind === 'scalar') return node.plain && readsAsTwoInConfigs(node.text) ? { $unread: node.text } : node.value
  if (node.kind === 'list') return node.items.map(dataOf)
  return Object.fromEntries([...node.entries].map(([key, value]) => [key, dataOf(value)]))
}

function withUnread(theirs: unknown, ours: unknown): unknown {
  if (typeof ours === 'object' && ours !== null && '$unread' in ours) return ours
  if (typeof theirs !== 'object' || theirs === null) return theirs
  const entries = Object.entries(theirs)
  const inside = entries.map(([key, value]) => [key, withUnread(value, (ours as typeof theirs | null)?.[key as never])])
  return Array.isArray(theirs) ? inside.map(([, value]) => value) : Object.fromEntries(inside)
}
