// The operators of `core` as projects: their manifests say what their code does, and their build gives the same bytes.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { operator as composeOperator } from '../../plugins/operator-compose/operator.ts'
import { operator as kubernetesOperator } from '../../plugins/operator-kubernetes/operator.ts'
import { parseManifest } from '../../schemas/manifest.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { bundleOf } from '../support/operator/bundled-plugin.ts'

const folder = (name: string) => fileURLToPath(new URL(`../../plugins/${name}/`, import.meta.url))
const run = promisify(execFile)

for (const { name, version } of [composeOperator, kubernetesOperator]) {
  test(`plugin.yaml of ${name} says what its code says`, async () => {
    const manifest = parseManifest(await readFile(join(folder(name), 'plugin.yaml'), 'utf8'), 'plugin.yaml')
    assert.deepEqual([manifest.repo, manifest.name, manifest.version], ['core', name, version])
    assert.deepEqual([manifest.kind, manifest.protocol], ['operator', 'exec'])
  })

  test(`${name} is bundled into the same file each time, and the file runs alone`, async (t) => {
    const dir = tempFolder(t)
    const file = join(dir, 'a', 'x.cjs')
    await run(process.execPath, ['../bundle.js', 'main.ts', file], { cwd: folder(name) })
    assert.deepEqual(await readFile(file), Buffer.from(await bundleOf(name)))
    const env = { PATH: join(process.execPath, '..') }
    const { stdout } = await run(file, ['--version'], { cwd: dir, env })
    assert.equal(stdout, `${version}\n`)
    assert.match((await run(file, ['--help'], { cwd: dir, env })).stdout, /start, stop, restart/)
  })
}
