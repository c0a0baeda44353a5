// The plugins of `core` as projects: their manifests say what their code does, and their build gives the same bytes.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { check as checkGrpc } from '../../plugins/check-grpc/check.ts'
import { check as checkOrbdrpc } from '../../plugins/check-orbdrpc/check.ts'
import { check as checkServerUrl } from '../../plugins/check-server-url/check.ts'
import { check as checkTcp } from '../../plugins/check-tcp/check.ts'
import { check as checkTcpPort } from '../../plugins/check-tcp-port/check.ts'
import { notifier as smtp } from '../../plugins/smtp/notifier.ts'
import { source as vaultClient } from '../../plugins/vault-client/source.ts'
import { parseManifest } from '../../schemas/manifest.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { bundleOf } from '../support/operator/bundled-plugin.ts'

const PLUGINS = [
  ...[checkTcp, checkTcpPort, checkServerUrl, checkGrpc, checkOrbdrpc].map((plugin) => ({
    ...{ plugin, output: 'check/v1', input: 'none' },
  })),
  { plugin: smtp, output: 'notify/v1', input: 'json' },
  { plugin: vaultClient, output: 'secret/v1', input: 'json' },
]
const folder = (name: string) => fileURLToPath(new URL(`../../plugins/${name}/`, import.meta.url))
const run = promisify(execFile)

for (const { plugin: check, output, input } of PLUGINS)
  test(`plugin.yaml of ${check.name} says what its code says`, async () => {
    const manifest = parseManifest(await readFile(join(folder(check.name), 'plugin.yaml'), 'utf8'), 'plugin.yaml')
    assert.deepEqual([manifest.repo, manifest.name, manifest.version], ['core', check.name, check.version])
    assert.deepEqual([manifest.protocol, manifest.output, manifest.input], ['exec', output, input])
    assert.deepEqual(manifest.arguments, check.schema())
  })

for (const { plugin: check } of PLUGINS)
  test(`${check.name} is bundled into the same file each time, and the file runs alone`, async (t) => {
    const dir = tempFolder(t)
    const file = join(dir, 'a', 'x.cjs')
    await run(process.execPath, ['../bundle.js', 'main.ts', file], { cwd: folder(check.name) })
    assert.deepEqual(await readFile(file), Buffer.from(await bundleOf(check.name)))
    const { stdout } = await run(file, ['--version'], { cwd: dir, env: { PATH: join(process.execPath, '..') } })
    assert.equal(stdout, `${check.version}\n`)
  })
