// What a registry may have `octo add` read and write, which only knows the registry's own address.
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

test('a registry has no file of this machine read as its repo, nor written into the config', async (t) => {
  const registry = await startStaticRegistry(t, [])
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'core.yaml'), 'plugins: [{name: hello}]\n')
  const repos = [{ name: 'core', url: pathToFileURL(join(folder, 'core.yaml')).href }]
  const discovery = JSON.stringify({ format: 'octo.discovery/v1', repos })
  registry.files.set('.well-known/octo.json', Buffer.from(discovery))
  for (const trust of [['--key', publicKeyLine(issueKey().trustKey)], ['--unsigned']]) {
    const words = ['add', registry.base, ...trust, '--yes']
    const { code, stderr } = await octoIn({ cwd: folder, env: { OCTO_HOME: join(folder, 'store') } }, words)
    assert.equal(code, 65, stderr)
    assert.match(stderr, /FORMAT_INVALID.*names the address `file:/)
  }
  assert.ok(!existsSync(join(folder, 'octo.yaml')))
})
