import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { check } from '../src/check.mjs'

test('a file that has something in it passes, and no other', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), '__NAME__-'))
  t.after(() => rm(folder, { recursive: true }))
  const [full, empty] = [join(folder, 'full'), join(folder, 'empty')]
  await writeFile(full, 'text')
  await writeFile(empty, '')
  assert.deepEqual(await check.evaluate([`--path=${full}`]), {
    status: 'ok',
    summary: `${full} has 4 bytes`,
    metrics: [{ name: 'size', value: 4, unit: 'B' }],
  })
  assert.equal((await check.evaluate([`--path=${empty}`])).status, 'critical')
  assert.equal((await check.evaluate(['--path=/no/such/file'])).status, 'critical')
  assert.equal((await check.evaluate([])).status, 'unknown')
})
