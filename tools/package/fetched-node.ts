// The Node of another platform, brought by npm and taken only when its bytes are those that the lockfile pins. npm itself installs no
// package that is for another machine.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extract } from 'tar'
import type { PackedPlatform } from './platforms.ts'
import { FETCHED, fetchedFolder, pinnedNode } from './platforms.ts'

/** Throws with npm's words, and for bytes that are not pinned. */
export function fetchNode(root: string, platform: PackedPlatform): void {
  const { version } = pinnedNode(root, platform)
  const folder = mkdtempSync(join(tmpdir(), 'octo-node-'))
  try {
    const words = ['pack', '--silent', '--pack-destination', folder, `${platform.nodePackage}@${version}`]
    const { status, error, stderr } = spawnSync('npm', words, { encoding: 'utf8' })
    const [file] = readdirSync(folder)
    if (status !== 0 || file === undefined)
      throw new Error(`\`npm ${words.join(' ')}\` failed: ${error?.message ?? stderr.trim()}`)
    keepNode(root, platform, join(folder, file))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Unpacks the package where packages are made from; what it was is written last. */
export function keepNode(root: string, platform: PackedPlatform, file: string): void {
  const { version, integrity } = pinnedNode(root, platform)
  const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
  if (found !== integrity)
    throw new Error(`${platform.nodePackage}@${version} is ${found}, and package-lock.json pins ${integrity}`)
  const folder = fetchedFolder(root, platform)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  extract({ file, cwd: folder, strip: 1, sync: true, strict: true })
  writeFileSync(join(folder, FETCHED), integrity)
}
