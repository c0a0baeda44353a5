// The whole way with the real bundle: install.sh → installation → update → back, each step typed as a person types it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { hostPlatform } from '../../client/index.ts'
import { LAYOUT_VERSIONS } from '../../schemas/layout-versions.ts'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { octoVersion } from '../../system/octo-version.ts'
import type { TarPart } from '../support/builders/archive-builder.ts'
import { tarballOf } from '../support/builders/archive-builder.ts'
import { aRelease, issueKey } from '../support/builders/test-authority.ts'
import { findProgram, pathWith, runInstaller } from '../support/client/installer-run.ts'
import { anOctoRelease } from '../support/client/octo-installation.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { startStaticRegistry } from '../support/registry/static-registry.ts'

const CHECKOUT = join(import.meta.dirname, '../..')
const BUNDLE = join(CHECKOUT, 'dist/octo.cjs')
const skip = existsSync(BUNDLE)
  ? findProgram('curl') === undefined && 'there is no curl on this machine'
  : 'there is no bundle: `node setup.js` makes it'

/** As a package is, but for its Node, which is the one of this test. */
function realPackage(): TarPart[] {
  const version = octoVersion()
  const marker = { v: 1, version, platform: hostPlatform(), managedBy: null, layouts: LAYOUT_VERSIONS }
  const start = `#!/bin/sh\nhere=$(readlink -f -- "$0")\nexec '${process.execPath}' "$(dirname "$(dirname "$here")")/lib/octo/bin/octo.js" "$@"\n`
  const files = ['bin', 'dist'].flatMap((folder) =>
    readdirSync(join(CHECKOUT, folder))
      .filter((name) => /\.(?:c?js|json|code)$/.test(name) && !name.endsWith('sources.json'))
      .filter((name) => statSync(join(CHECKOUT, folder, name)).isFile())
      .map((name) => ({ path: `lib/octo/${folder}/${name}`, content: readFileSync(join(CHECKOUT, folder, name)) })),
  )
  return [
    { path: 'bin/octo', content: start, mode: 0o755 },
    { path: 'lib/octo/package.json', content: JSON.stringify(marker) },
    ...files,
  ]
}

test('the real octo is installed, updates itself, and goes back', { skip }, async (t) => {
  const key = issueKey()
  const version = octoVersion()
  const file = `octo_${version}_${hostPlatform()}.tar.gz`
  const offer = { bytes: tarballOf(realPackage()), file, format: 'tar.gz' as const, executable: 'bin/octo' }
  const registry = await startStaticRegistry(t, [
    await aRelease(key, { plugin: 'octo', version, platforms: { [hostPlatform()]: offer } }),
  ])
  const home = tempFolder(t)
  const path = pathWith(join(home, 'path'), ['curl', 'openssl'])
  const words = [
    registry.url(),
    '--key',
    publicKeyLine(key.trustKey),
    '--root',
    join(home, 'octo'),
    '--bin',
    join(home, 'bin'),
  ]
  const proof = findProgram('openssl') === undefined ? ['--trust-server'] : []
  const installed = await runInstaller([...words, ...proof], { home, path })
  assert.equal(installed.code, 0, installed.output)
  assert.match(installed.output, /export PATH=/)
  const octo = async (start: string, ...typed: string[]) => {
    const env = { PATH: path, HOME: home, NO_COLOR: '1' }
    const { stdout } = await promisify(execFile)(start, typed, { cwd: home, env })
    return stdout
  }
  const link = join(home, 'bin/octo')
  assert.equal(readlinkSync(link), join(home, 'octo/current/bin/octo'))
  assert.equal(await octo(link, '--version'), `octo ${version}\n`)
  const status = JSON.parse(await octo(link, 'self', '--json'))
  assert.deepEqual(
    [status.updatesItself, status.installation.current, status.installation.by],
    [true, version, 'install.sh'],
  )
  registry.publish(await anOctoRelease(key, { version: '99.0.0' }))
  const updated = JSON.parse(await octo(link, 'self', 'update', '--json'))
  assert.deepEqual([updated.state, updated.from, updated.to], ['updated', version, '99.0.0'])
  assert.equal(await octo(link, '--version'), 'octo 99.0.0\n')
  // The one that is kept still knows its way.
  const kept = join(home, 'octo/versions', version, 'bin/octo')
  assert.equal(JSON.parse(await octo(kept, 'self', 'rollback', '--json')).to, version)
  assert.equal(await octo(link, '--version'), `octo ${version}\n`)
  assert.ok(lstatSync(join(home, 'octo/installation.json')).isFile())
  writeFileSync(join(home, 'done'), '')
})
