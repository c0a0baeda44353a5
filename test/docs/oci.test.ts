// What docs/OCI.md says, held against a registry. What other programs say to it is in test/interop/oci.test.ts.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runWell } from '../support/machine/run-shell.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { blocksOfKind, tableRows } from '../support/octo/document-blocks.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'
import { anOciScene } from '../support/registry/oci-registry.ts'

const PAGE = 'docs/OCI.md'
const skip = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not on this machine'

test('the page’s plain requests are answered, with nothing but an address', { skip }, async (t) => {
  const { registry, publish } = await anOciScene(t)
  await publish()
  const said = await runWell(blocksOfKind(PAGE, 'curl').join(''), {
    cwd: tempFolder(t),
    env: { REGISTRY: registry.url },
  })
  assert.match(said, /"tags":\["1\.0\.0"\]/)
  assert.match(said, /"software\.ocm\.componentversion":"octo\.internal\/core\/hello:1\.0\.0"/)
})

test('the page’s import writes a project', async (t) => {
  const { registry, publish } = await anOciScene(t)
  await publish()
  const cwd = tempFolder(t)
  const [command = ''] = blocksOfKind(PAGE, 'import')
  const [, ...words] = command.trim().replace('127.0.0.1:8787', new URL(registry.url).host).split(' ')
  const { code, stderr } = await octoIn({ cwd }, words)
  assert.equal(code, 0, stderr)
  assert.match(
    readFileSync(join(cwd, 'hello', 'plugin.yaml'), 'utf8'),
    /^repo: "mine"\nname: "hello"\nversion: "1\.0\.0"$/m,
  )
})

test('the page names the address of everything that is served', () => {
  const rows = tableRows(PAGE, '## With clients of containers').map(([asked]) => asked)
  assert.deepEqual(rows, [
    ...[
      '`tags/list`',
      '`manifests/TAG`, `manifests/DIGEST`',
      '`blobs/DIGEST`',
      '`referrers/DIGEST`',
      'what writes',
      '`/v2/token`',
    ],
  ])
})
