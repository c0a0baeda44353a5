// Bytes that plugins answer with: files of this machine, which whoever asked takes over.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openPluginHost } from '../../../operator/ocm/host.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { Behaviour } from '../../support/builders/service-plugin.ts'
import { aServicePlugin } from '../../support/builders/service-plugin.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const CAPABILITIES = JSON.stringify({
  capabilities: [{ type: 'blobTransformer', supportedTransformerSpecTypes: [{ type: 'Twin/v1' }] }],
})
const CALL = {
  endpoint: 'transformBlob',
  request: { location: { type: 'localFile', value: '/tmp/in' }, specification: { type: 'Twin/v1' } },
}

type Answer = NonNullable<Behaviour['answers']>[string]

function aHost(t: TestContext, answer: Answer, blobs?: () => string) {
  const folder = tempFolder(t)
  const plugin = aServicePlugin(folder, 'twin', { capabilities: CAPABILITIES, answers: { '/blob/transform': answer } })
  return openPluginHost({ plugins: [plugin], env: { TMPDIR: folder }, cwd: folder, ...(blobs ? { blobs } : {}) })
}

test('a file that a plugin answers with is kept when the plugin goes', async (t) => {
  const kept = tempFolder(t)
  const host = aHost(t, { file: 'bytes' }, () => kept)
  const answer = await host.call(CALL)
  await host[Symbol.asyncDispose]()
  assert.deepEqual(answer, { location: { type: 'localFile', value: join(kept, 'blob') } })
  assert.equal(readFileSync(join(kept, 'blob'), 'utf8'), 'bytes')
})

test('bytes are taken from files of this machine and nowhere else', async (t) => {
  for (const location of [
    { type: 'remoteURL', value: 'http://example.com/blob' },
    { type: 'unixNamedPipe', value: '/tmp/pipe' },
    { type: 'localFile', value: 'relative' },
  ]) {
    await using host = aHost(t, { body: JSON.stringify({ location }) })
    await expectCodeAsync('PLUGIN_ANSWER_INVALID', () => host.call(CALL))
  }
  const body = JSON.stringify({ location: { type: 'localFile', value: '/nonexistent/blob' } })
  await using host = aHost(t, { body }, () => assert.fail('nothing is kept'))
  await expectCodeAsync('PLUGIN_ANSWER_INVALID', () => host.call(CALL))
})
