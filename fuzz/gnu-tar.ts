// GNU tar as a reader: what it lists and what it unpacks of a sample of archives, as a start of it takes milliseconds.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Reader } from './reader.ts'

/** Names in the listing are bytes otherwise. */
const LOCALE = 'LC_ALL=C.UTF-8'
/** Mode, owner, size, date, time, name. */
const LISTED = /^(.)\S{9} +\S+ +(\d+) +\S+ +\S+ (.*)$/

export function gnuTar(): Reader | string {
  const { stdout } = spawnSync('tar', ['--version'], { encoding: 'utf8' })
  if (!stdout?.includes('GNU tar')) return 'GNU tar: `tar` is not on this machine or another'
  return {
    name: 'GNU tar',
    reads: new Set(['tar']),
    async read(_kind, bytes) {
      const listed = listing(bytes)
      const unpacked = contents(bytes)
      return listed && unpacked && { value: { listed, unpacked } }
    },
    async [Symbol.asyncDispose]() {},
  }
}

export type TarFile = readonly [path: string, size: number, executable: boolean, digest: string]

/** What GNU tar would say of these files: those of the listing in their order, those on the disk by name. */
export function asGnuTar(files: readonly TarFile[]) {
  return {
    listed: files.map(([path, size]) => [path, size]),
    unpacked: files.toSorted(([one], [other]) => (one < other ? -1 : 1)),
  }
}

function listing(bytes: Buffer): readonly unknown[] | undefined {
  const options = ['--list', '--gzip', '--verbose', '--numeric-owner', '--quoting-style=literal', '--file=-']
  const { status, stdout } = spawnSync('env', [LOCALE, 'tar', ...options], { input: bytes, encoding: 'utf8' })
  if (status !== 0) return undefined
  const rows = stdout.split('\n').slice(0, -1)
  return rows
    .map((row) => LISTED.exec(row)?.slice(1) ?? ['?', '0', row])
    .filter(([type]) => type !== 'd')
    .map(([type, size, name = '']) => [type === '-' ? withoutDot(name) : `${type} ${name}`, Number(size)])
}

function contents(bytes: Buffer): readonly TarFile[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'octo-fuzz-'))
  try {
    const options = ['--extract', '--gzip', '--no-same-owner', '--file=-', `--directory=${folder}`]
    if (spawnSync('env', [LOCALE, 'tar', ...options], { input: bytes }).status !== 0) return undefined
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .toSorted((one, other) => (one < other ? -1 : 1))
      .filter((path) => !lstatSync(join(folder, path)).isDirectory())
      .map((path) => fileOf(folder, path))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function fileOf(folder: string, path: string): TarFile {
  const { size, mode } = lstatSync(join(folder, path))
  const digest = createHash('sha256').update(readFileSync(join(folder, path)))
  return [path, size, (mode & 0o111) !== 0, digest.digest('hex')]
}

export function withoutDot(path: string): string {
  return path.replace(/^(?:\.\/)+/, '')
}
