// The whole way with the real bundle: install.sh → installation → update → back, each step typed as a person types it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { lstatSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { octoVersion } from '../../system/octo-version.ts'
import { issueKey } from '../support/builders/test-authority.ts'
import { findProgram, pathWith, runInstaller } from '../support/client/installer-run.ts'
import { anOctoRelease } from '../support/client/octo-installation.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { hasBundle, releaseOfThisOcto } from '../support/octo/this-octo.ts'
import { startStaticRegistry } from '../support/registry/static-registry.ts'

const skip = hasBundle()
  ? findProgram('curl') === undefined && 'there is no curl on this machine'
  : 'there is no bundle: `node setup.js` makes it'

test('the real octo is installed, updates itself, and goes back', { skip }, async (t) => {
  const key = issueKey()
  const version = octoVersion()
  const registry = await startStaticRegistry(t, [await releaseOfThisOcto(key)])
  const home = tempFolder(t)
  const path = pathWith(join(home, 'path'), ['curl', 'openssl'])
  const words = [
    registry.url(),
    '--key',
    publicKeyLine(key.trustKey),
    '--root',
    join(home, 'my octo'),
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
  assert.equal(readlinkSync(link), join(home, 'my octo/current/bin/octo'))
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
  const kept = join(home, 'my octo/versions', version, 'bin/octo')
  assert.equal(JSON.parse(await octo(kept, 'self', 'rollback', '--json')).to, version)
  assert.equal(await octo(link, '--version'), `octo ${version}\n`)
  assert.ok(lstatSync(join(home, 'my octo/installation.json')).isFile())
  writeFileSync(join(home, 'done'), '')
})
