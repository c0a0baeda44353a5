// The .deb: the same files below /usr, two services that are off until somebody wants them, and their users. Written by dpkg-deb.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, lutimesSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PackedFile } from './packed-file.ts'
import { bytesOf, inOrder } from './packed-file.ts'
import { installedBytes } from './sizes.ts'

const FOLDER = join(import.meta.dirname, 'debian')
/** Where each lands; the two below /etc are their owner's to change, and no update takes that back. */
const PLACES = {
  'octo-registry.service': 'usr/lib/systemd/system/octo-registry.service',
  'octo-supervisor.service': 'usr/lib/systemd/system/octo-supervisor.service',
  'sysusers.conf': 'usr/lib/sysusers.d/octo.conf',
  'tmpfiles.conf': 'usr/lib/tmpfiles.d/octo.conf',
  'octo-registry.default': 'etc/default/octo-registry',
  'octo-supervisor.default': 'etc/default/octo-supervisor',
  README: 'usr/share/doc/octo/README',
} as const
const SCRIPTS = ['postinst', 'prerm', 'postrm'] as const

type DebOptions = {
  readonly file: string
  /** Empty, for the tree that is packed. */
  readonly staging: string
  readonly version: string
  readonly architecture: string
  readonly description: string
  readonly epochSeconds: number
}

/** What Debian itself adds to octo. */
export function debianFiles(): PackedFile[] {
  return Object.entries(PLACES).map(([name, path]) => ({ path, source: join(FOLDER, name) }))
}

/** Gives its size; throws with dpkg-deb's own words. `files` lie below the root of the file system. */
export function writeDeb(files: readonly PackedFile[], options: DebOptions): number {
  const { staging, epochSeconds } = options
  const control: PackedFile[] = [
    { path: 'DEBIAN/control', text: renderControl(files, options) },
    { path: 'DEBIAN/conffiles', text: conffiles(files) },
    { path: 'DEBIAN/md5sums', text: md5sums(files) },
    ...SCRIPTS.map((name) => ({ path: `DEBIAN/${name}`, source: join(FOLDER, name), executable: true })),
  ]
  for (const file of [...files, ...control]) stage(staging, file)
  age(staging, epochSeconds)
  const words = ['--root-owner-group', '-Zxz', '-z1', '--threads-max=1', '--build', staging, options.file]
  const { status, error, stderr } = spawnSync('dpkg-deb', words, {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epochSeconds) },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`\`dpkg-deb\` failed: ${error?.message ?? stderr.trim()}`)
  return statSync(options.file).size
}

export function hasDpkgDeb(): boolean {
  return spawnSync('dpkg-deb', ['--version']).status === 0
}

/** glibc 2.34 is what SQLite's addon was built with. */
function renderControl(files: readonly PackedFile[], { version, architecture, description }: DebOptions): string {
  const fields = {
    Package: 'octo',
    Version: debianVersion(version),
    Architecture: architecture,
    Maintainer: 'octo <octo@localhost>',
    'Installed-Size': String(Math.ceil(installedBytes(files) / 1024)),
    Depends: 'libc6 (>= 2.34), libatomic1, libgcc-s1, libstdc++6, passwd',
    Section: 'admin',
    Priority: 'optional',
    Description: description,
  }
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')
}

/** `1.0.0-rc.1` comes before `1.0.0` there as well. */
export function debianVersion(version: string): string {
  return version.replace('-', '~')
}

function conffiles(files: readonly PackedFile[]): string {
  return inOrder(files)
    .filter(({ path }) => path.startsWith('etc/'))
    .map(({ path }) => `/${path}\n`)
    .join('')
}

function md5sums(files: readonly PackedFile[]): string {
  return inOrder(files)
    .filter(({ path }) => !path.startsWith('etc/'))
    .map((file) => `${createHash('md5').update(bytesOf(file)).digest('hex')}  ${file.path}\n`)
    .join('')
}

function stage(root: string, file: PackedFile): void {
  const target = join(root, file.path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, 'text' in file ? file.text : readFileSync(file.source))
  chmodSync(target, file.executable ? 0o755 : 0o644)
}

/** Every file and folder is as old as the release, and has the mode of its kind whatever the umask says. */
function age(path: string, epochSeconds: number): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const place = join(path, entry.name)
    if (entry.isDirectory()) age(place, epochSeconds)
    else lutimesSync(place, epochSeconds, epochSeconds)
  }
  chmodSync(path, 0o755)
  lutimesSync(path, epochSeconds, epochSeconds)
}
