// Debian's base and nothing else, to install octo in: copies of a folder that debootstrap made, in which programs see no file, no
// process and no network of this machine. `.ci/run` makes the folder.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { tempFolder } from './temp-folder.ts'

type DebianBase = { readonly path: string } | { readonly missing: string }

type InRoot = {
  /** Nothing else is set. */
  readonly env?: Readonly<Record<string, string>>
  /** How /proc is mounted: `subset=pid` hides all but processes, as units of systemd may. */
  readonly proc?: string
  /** Nothing can be written but /tmp and what is named here. */
  readonly writable?: readonly string[]
}

export type DebianRoot = {
  readonly folder: string
  /** Stops at the first command that fails. All that it started ends with it. */
  run(script: string, options?: InRoot): Promise<{ readonly code: number | null; readonly output: string }>
}

const UNSHARED = ['--mount', '--pid', '--net', '--fork', '--kill-child']

export function findDebianBase(): DebianBase {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return { missing: 'a root of its own needs Linux and root' }
  const path = process.env.OCTO_DEBIAN_ROOT
  if (!path || !existsSync(join(path, 'etc/debian_version')))
    return { missing: 'OCTO_DEBIAN_ROOT names no folder that debootstrap made' }
  if (spawnSync('unshare', [...UNSHARED, 'ip', 'link', 'set', 'lo', 'up']).status !== 0)
    return { missing: 'this machine allows no root and no loopback of its own, even for root' }
  return { path }
}

export function aDebianRoot(t: TestContext, base: string): DebianRoot {
  const folder = join(tempFolder(t), 'root')
  execFileSync('cp', ['-a', base, folder])
  return { folder, run: (script, options = {}) => runIn(folder, script, options) }
}

/** A loopback of its own: ports are all free, and nothing else answers. */
const MOUNTS = [
  'ip link set lo up',
  'mount --bind "$ROOT" "$ROOT"',
  'mount -t proc -o "$PROC" proc "$ROOT/proc"',
  'mount --bind /dev "$ROOT/dev"',
  'mount -t tmpfs tmpfs "$ROOT/tmp"',
]
const READ_ONLY = [
  'for place in $WRITABLE; do mount --bind "$ROOT$place" "$ROOT$place"; done',
  'mount -o remount,bind,ro "$ROOT"',
]

async function runIn(folder: string, script: string, { env = {}, proc = 'rw', writable }: InRoot) {
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const inside = [
    '/usr/bin/env',
    '-i',
    'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...words,
    '/bin/sh',
    '-eu',
    '-c',
  ]
  const outside = [...MOUNTS, ...(writable ? READ_ONLY : []), 'exec chroot "$ROOT" "$@"'].join('\n')
  const unshared = [...UNSHARED, 'sh', '-eu', '-c', outside, 'sh']
  const child = spawn('unshare', [...unshared, ...inside, script], {
    env: { PATH: process.env.PATH, ROOT: folder, PROC: proc, WRITABLE: (writable ?? []).join(' ') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, output }
}
