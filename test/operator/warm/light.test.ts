// A warm run has no time to load anything: only our own light modules and Node's.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const LISTER = fileURLToPath(new URL('../../fixtures/list-modules.ts', import.meta.url))

function modulesOf(module: string): string[] {
  const url = new URL(`../../../${module}`, import.meta.url).href
  return JSON.parse(execFileSync(process.execPath, [LISTER, url], { encoding: 'utf8' })) as string[]
}

test('a warm run loads no package', () => {
  const loaded = [...modulesOf('operator/main.ts'), ...modulesOf('operator/warm/run.ts')]
  assert.deepEqual(
    loaded.filter((url) => /\/node_modules\//.test(url)),
    [],
  )
  assert.ok(loaded.length < 40, `${loaded.length} modules`)
})
