// A warm run has no time to load anything: only our own light modules, and of Node what it has loaded anyway.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { bundleWarm } from '../../support/operator/warm-bundle.ts'

const LISTER = fileURLToPath(new URL('../../fixtures/list-modules.ts', import.meta.url))

function modulesOf(module: string): string[] {
  const url = new URL(`../../../${module}`, import.meta.url).href
  return JSON.parse(execFileSync(process.execPath, [...FROM_SOURCES, LISTER, url], { encoding: 'utf8' })) as string[]
}

test('the file of the warm path loads node:fs and node:path alone, and holds no package', async (t) => {
  const { metafile } = await bundleWarm(tempFolder(t))
  const written = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)
  assert.deepEqual([...new Set(written?.imports.map(({ path }) => path))].sort(), ['node:fs', 'node:path'])
  assert.deepEqual(
    Object.keys(written?.inputs ?? {}).filter((path) => path.includes('node_modules')),
    [],
  )
  assert.ok((written?.bytes ?? 0) < 32 * 1024, `${written?.bytes} bytes`)
  // Each file that it was made of is compared at every start from a checkout, those of the full path for nothing.
  const compared = Object.keys(metafile.inputs)
  assert.ok(compared.length < 60, `${compared.length} files`)
})

test('a warm run from the sources loads no package', () => {
  const loaded = [...modulesOf('operator/main.ts'), ...modulesOf('operator/warm/run.ts')]
  assert.deepEqual(
    loaded.filter((url) => /\/node_modules\//.test(url)),
    [],
  )
})
