// octo's build knows the core checks by the bytes that their own builds make.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { openCheckThread } from '../../operator/own-checks/check-thread.ts'
import { checkThread, ownCheckDigests } from '../../tools/bundle/own-checks.ts'
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
  assert.equal(checkThread(tempFolder(t), sourceStates(ROOT)), undefined)
})

const SMALL = `globalThis[Symbol.for('octo.host/v1')]({
  name: 'small', answer: async () => 'ok', failed: () => 'failed', exitCode: () => 0, render: (result) => result })`

test('their thread is of the build that asks it, whatever an upgrade has put in its place', async (t) => {
  const folder = tempFolder(t)
  const states = sourceStates(ROOT)
  await build({
    entryPoints: [join(ROOT, 'operator/own-checks/check-thread.ts')],
    define: { OCTO_CHECK_THREAD: JSON.stringify(checkThread(ROOT, states)) },
    ...{ bundle: true, platform: 'node', format: 'esm', outfile: join(folder, 'check-thread.mjs') },
  })
  writeFileSync(join(folder, 'thread.cjs'), `throw new Error('of another octo')`)
  const made: { openCheckThread: typeof openCheckThread } = await import(
    pathToFileURL(join(folder, 'check-thread.mjs')).href
  )
  using thread = made.openCheckThread({})
  const asked = { words: [], deadlineMs: 60_000 }
  const { line } = await thread.ask({ plugin: 'small', digest: 'x', text: SMALL }, asked)
  assert.equal(line, 'ok')
  assert.match(states.toJSON(), /"operator\/own-checks\/thread\.cjs"/)
})
