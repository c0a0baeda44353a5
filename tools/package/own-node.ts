// Node as a package has it: without the symbols that only debuggers read, which are a fifth of it, and, where it is to start on
// a bare Debian, with the one library that Debian's base lacks.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Licensed } from './licences.ts'
import type { PackedFile } from './packed-file.ts'
import type { PackedPlatform } from './platforms.ts'
import { isThisMachine } from './platforms.ts'

export type OwnNode = {
  readonly files: readonly PackedFile[]
  readonly licences: readonly Licensed[]
  readonly isStripped: boolean
  /** What the package lacks, and how to have it. */
  readonly notes: readonly string[]
}

type Place = { readonly folder: string; readonly staging: string; readonly platform: PackedPlatform }

const LIBRARY = 'libatomic.so.1'
const COPYRIGHT = '/usr/share/doc/libatomic1/copyright'

/** With what the system's package manager will bring. */
export function nodeForDebian({ folder, staging, platform }: Place): OwnNode {
  const { source, isStripped, notes } = stripped(join(folder, 'bin/node'), join(staging, 'node-stripped'), platform)
  return { files: [nodeFile(source)], licences: [licenceOf(folder)], isStripped, notes }
}

/** With all that it needs, where this machine has it. */
export function nodeForAnywhere(place: Place): OwnNode {
  const node = nodeForDebian(place)
  const [file] = node.files
  if (place.platform.os !== 'linux' || !file || !('source' in file)) return node
  const found = join(place.platform.debian?.libraries ?? '', LIBRARY)
  const patched = join(place.staging, 'node-patched')
  const problem = existsSync(found)
    ? lookBeside(file.source, patched)
    : `${LIBRARY} for ${place.platform.key} is not here`
  if (problem)
    return { ...node, notes: [...node.notes, `does not bring ${LIBRARY}, which a bare Debian lacks (${problem})`] }
  return {
    ...node,
    files: [nodeFile(patched), { path: `node/lib/${LIBRARY}`, source: realpathSync(found) }],
    licences: [...node.licences, ...(existsSync(COPYRIGHT) ? [{ name: LIBRARY, file: COPYRIGHT }] : [])],
  }
}

const nodeFile = (source: string): PackedFile => ({ path: 'node/bin/node', source, executable: true })

const licenceOf = (folder: string): Licensed => ({ name: 'Node.js', file: join(folder, 'LICENSE') })

type Stripped = { readonly source: string; readonly isStripped: boolean; readonly notes: readonly string[] }

/** macOS refuses programs whose bytes are not those that were signed. */
function stripped(node: string, target: string, platform: PackedPlatform): Stripped {
  if (platform.os !== 'linux') return { source: node, isStripped: false, notes: [] }
  // The .deb and the tarball begin with the same.
  if (existsSync(target)) return { source: target, isStripped: true, notes: [] }
  const problem = isThisMachine(platform)
    ? run('strip', ['-o', target, node], 'binutils')
    : '`strip` of this machine is for another processor'
  return problem
    ? { source: node, isStripped: false, notes: [`keeps the symbols of Node, 33 MB (${problem})`] }
    : { source: target, isStripped: true, notes: [] }
}

/** Of a copy, as it writes in place. */
function lookBeside(node: string, target: string): string | undefined {
  copyFileSync(node, target)
  return run('patchelf', ['--set-rpath', '$ORIGIN/../lib', target], 'patchelf')
}

/** Why it did nothing. */
function run(program: string, args: readonly string[], debianPackage: string): string | undefined {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    return `\`${program}\` is not here: \`apt-get install ${debianPackage}\` brings it`
  return status === 0 ? undefined : `\`${program}\` failed: ${error?.message ?? stderr.trim()}`
}
