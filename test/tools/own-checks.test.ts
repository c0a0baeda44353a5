// octo's build knows the core checks by the bytes that their own builds make.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ownCheckDigests } from '../../tools/bundle/own-checks.ts'
import { sourceStates } from '../../tools/bundle/source-states.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

test('the digests are those of the published programs, one for each check', async (t) => {
  const states = sourceStates(ROOT)
  const digests = await ownCheckDigests(ROOT, states)
  assert.equal(new Set(digests).size, 5)
  const built = join(tempFolder(t), 'check-tcp.cjs')
  execFileSync(process.execPath, ['../bundle.js', 'main.ts', built], { cwd: join(ROOT, 'plugins/check-tcp') })
  assert.ok(digests.includes(createHash('sha256').update(readFileSync(built)).digest('hex')))
  const noted = (JSON.parse(states.toJSON()) as [string][]).map(([place]) => place)
  for (const place of ['plugins/check-tcp/check.ts', 'sdk/main.ts', 'plugins/bundle-options.js'])
    assert.ok(noted.includes(place), place)
  assert.ok(!noted.includes('plugins/check-tcp'), 'a build of the plugin leaves the bundle of octo current')
})

test('a checkout without plugins has none', async (t) => {
  assert.deepEqual(await ownCheckDigests(tempFolder(t), sourceStates(ROOT)), [])
})
