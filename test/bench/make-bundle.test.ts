// The bundle that is measured is made by the bench itself, and a bench without one measures nothing.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { makeBundle } from '../../bench/ours/make-bundle.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

function aCheckout(t: TestContext, program: string): string {
  const root = tempFolder(t)
  mkdirSync(join(root, 'tools/bundle'), { recursive: true })
  writeFileSync(join(root, 'tools/bundle/main.ts'), program)
  return root
}

test('the bundle is made by the tool of the checkout', async (t) => {
  const root = aCheckout(t, `require('node:fs').writeFileSync(__dirname + '/made', 'yes')`)
  await makeBundle(root)
  assert.equal(readFileSync(join(root, 'tools/bundle/made'), 'utf8'), 'yes')
})

test('a bundle that cannot be made says why', async (t) => {
  const root = aCheckout(t, `process.stderr.write('a source is broken'); process.exitCode = 1`)
  await assert.rejects(makeBundle(root), /a source is broken/)
})
