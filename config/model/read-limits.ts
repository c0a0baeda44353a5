// The most that a service may use: `limits`, and the words of Compose that mean the same where the service is no container. What
// Compose calls no limit, 0 or -1, is none.
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import { fieldOf } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { isEmpty, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import type { ServicePlaces } from './said.ts'
import { saidOf } from './said.ts'
import type { ServiceLimits } from './service-spec.ts'

const UNITS: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4 }
const BYTES = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])i?)?b?$/i
const MIB = 1024 * 1024

/** `compose`: of a service whose keys of Compose are about a program of this machine. Undefined where nothing is said. */
export function readLimits(places: ServicePlaces, compose: TreeNode | undefined): ServiceLimits | undefined {
  const own = saidOf(places, ['limits'])
  const deployed = inside(inside(fieldOf(compose, 'compose service', 'deploy'), 'resources'), 'limits')
  const memoryBytes =
    bytesIn(fieldOf(own, 'limits', 'memory'), 'memory') ??
    ofCompose(bytesIn, inside(deployed, 'memory'), 'memory') ??
    ofCompose(bytesIn, fieldOf(compose, 'compose service', 'mem_limit'), 'mem_limit')
  const cpus =
    processorsIn(fieldOf(own, 'limits', 'cpus'), 'cpus') ??
    ofCompose(processorsIn, inside(deployed, 'cpus'), 'cpus') ??
    ofCompose(processorsIn, fieldOf(compose, 'compose service', 'cpus'), 'cpus')
  const processes =
    countIn(fieldOf(own, 'limits', 'processes'), 'processes', MAX_PROCESSES) ??
    ofCompose(processesIn, inside(deployed, 'pids'), 'pids') ??
    ofCompose(processesIn, fieldOf(compose, 'compose service', 'pids_limit'), 'pids_limit')
  const openFiles =
    countIn(fieldOf(own, 'limits', 'open_files'), 'open_files', MAX_OPEN_FILES) ??
    ofCompose(openFilesIn, openFilesOf(compose), 'nofile')
  const limits = omitUndefined({ memoryBytes, cpus, processes, openFiles })
  return Object.keys(limits).length > 0 ? limits : undefined
}

type Bounds = { readonly min: number; readonly max: number }
const MAX_PROCESSES: Bounds = { min: 1, max: 4_194_304 }
/** A program that is started has some open already. */
const MAX_OPEN_FILES: Bounds = { min: 16, max: 1_073_741_816 }

type Read = (node: TreeNode | undefined, key: string) => number | undefined

const processesIn: Read = (node, key) => countIn(node, key, MAX_PROCESSES)
const openFilesIn: Read = (node, key) => countIn(node, key, MAX_OPEN_FILES)

function ofCompose(read: Read, node: TreeNode | undefined, key: string): number | undefined {
  return node?.kind === 'scalar' && ['0', '-1'].includes(textOf(node)) ? undefined : read(node, key)
}

function bytesIn(node: TreeNode | undefined, key: string): number | undefined {
  if (isEmpty(node)) return undefined
  const text = plainText(node)
  const [, amount, unit = ''] = BYTES.exec(text) ?? []
  const bytes = Math.floor(Number(amount) * 1024 ** (UNITS[unit.toLowerCase()] ?? 0))
  if (amount !== undefined && bytes >= MIB && bytes <= 1024 ** 5) return bytes
  throw invalid(node, `\`${key}\` of ${quote(text)} is no size of memory of 1 MiB or more, expected such as \`512m\``)
}

function processorsIn(node: TreeNode | undefined, key: string): number | undefined {
  if (isEmpty(node)) return undefined
  const text = plainText(node)
  const count = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  if (count >= 0.01 && count <= 4096) return count
  throw invalid(node, `\`${key}\` of ${quote(text)} is no number of processors, expected such as \`1.5\``)
}

function countIn(node: TreeNode | undefined, key: string, { min, max }: Bounds): number | undefined {
  if (isEmpty(node)) return undefined
  const text = plainText(node)
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (count >= min && count <= max) return count
  throw invalid(node, `\`${key}\` of ${quote(text)} is no whole number from ${min} to ${max}`)
}

function plainText(node: TreeNode): string {
  requireOneReading(node)
  return node.kind === 'scalar' ? textOf(node).trim() : ''
}

/** A number, or `{soft, hard}`, of which octo sets one for both. */
function openFilesOf(compose: TreeNode | undefined): TreeNode | undefined {
  const said = inside(fieldOf(compose, 'compose service', 'ulimits'), 'nofile')
  return said?.kind === 'map' ? (inside(said, 'hard') ?? inside(said, 'soft')) : said
}

/** Keys of Compose below its own, which have no row. */
function inside(node: TreeNode | undefined, key: string): TreeNode | undefined {
  const found = node?.kind === 'map' ? node.entries.get(key) : undefined
  return isEmpty(found) ? undefined : found
}

/** Whether all that these keys of Compose say is a limit that is read here. */
export function saysOnlyLimits(key: string, node: TreeNode): boolean {
  if (node.kind !== 'map') return false
  if (key === 'ulimits') return [...node.entries.keys()].every((name) => name === 'nofile')
  const resources = inside(node, 'resources')
  const limits = inside(resources, 'limits')
  return (
    [...node.entries.keys()].every((name) => name === 'resources') &&
    resources?.kind === 'map' &&
    [...resources.entries.keys()].every((name) => name === 'limits') &&
    limits?.kind === 'map' &&
    [...limits.entries.keys()].every((name) => ['memory', 'cpus', 'pids'].includes(name))
  )
}
