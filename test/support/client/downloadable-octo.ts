// A signed octo that install.sh can fetch, whose program notes each start; and what has to be true when the script has ended.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { hostPlatform } from '../../../client/index.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import type { KeyKind } from '../../../schemas/trust-key.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { issueKey } from '../builders/test-authority.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { startStaticRegistry } from '../registry/static-registry.ts'
import type { InstallerRun } from './installer-run.ts'
import { pathWith, runInstaller } from './installer-run.ts'
import type { PackageWish } from './octo-installation.ts'
import { anOctoRelease } from './octo-installation.ts'

/** Notes each start, and the words that `octo self install` was given. */
export const PROGRAM = `#!/bin/sh
echo "$1" >>"$HOME/started"
case "$1" in
  --version) echo 'octo 1.0.0' ;;
  self) printf '%s\\n' "$@" >"$HOME/given" ;;
esac
`

export async function aDownloadable(t: TestContext, wish: PackageWish = {}, kind: KeyKind = 'ecdsa-p256') {
  const key = issueKey(kind)
  const release = await anOctoRelease(key, { program: PROGRAM, ...wish })
  const registry = await startStaticRegistry(t, [release])
  const folder = tempFolder(t)
  const home = join(folder, 'home')
  mkdirSync(home)
  const [file = '', bytes = Buffer.alloc(0)] = [...release.files][0] ?? []
  const place = `repos/core/octo/1.0.0`
  const digest = hexOf(release.predicate.platforms[hostPlatform()]?.digest ?? digestOf(''))
  const line = publicKeyLine(key.trustKey)
  const full = pathWith(join(folder, 'bin'), ['curl', 'openssl'])
  const run = (words: readonly string[], machine: Partial<Parameters<typeof runInstaller>[1]> = {}) =>
    runInstaller(words, { home, path: full, ...machine })
  return { key, registry, release, folder, home, file, bytes, place, digest, line, run }
}

export type Download = Awaited<ReturnType<typeof aDownloadable>>

const started = (home: string) => (existsSync(join(home, 'started')) ? readFileSync(join(home, 'started'), 'utf8') : '')

export function assertInstalled(run: InstallerRun, { home }: Download): void {
  assert.equal(run.code, 0, run.output)
  assert.equal(started(home), '--version\nself\n')
  assertTidy(home)
}

export function assertNotStarted(run: InstallerRun, { home }: Download, what: string): void {
  assert.notEqual(run.code, 0, `${what}: ${run.output}`)
  assert.equal(started(home), '', `${what}: ${run.output}`)
  assertTidy(home)
}

const assertTidy = (home: string) =>
  assert.deepEqual(
    readdirSync(home).filter((name) => name.startsWith('octo-install')),
    [],
  )
