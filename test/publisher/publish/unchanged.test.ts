// What is called unchanged is published: the registry knows it, and gives everybody the bytes that were built here.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { publishRelease } from '../../../publisher/publish/publish-release.ts'
import { findPublished } from '../../../publisher/publish/published-version.ts'
import { signerWithKey } from '../../../publisher/sign/release-signer.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { openConnection } from '../../../system/http/connection.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { aPredicate, aScript } from '../../support/builders/test-authority.ts'
import type { Interference } from '../../support/faults/answering-proxy.ts'
import { startAnsweringProxy } from '../../support/faults/answering-proxy.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { publishProjects, writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

/** A published release, and what publishes it again through a proxy. */
async function aPublished(t: TestContext) {
  const registry = await startTestRegistry(t)
  const proxy = await startAnsweringProxy(t, registry.url)
  const { predicate, files } = aPredicate({ platforms: { linux_amd64: aScript('hello') } })
  const folder = tempFolder(t)
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes)
  const signer = signerWithKey(registry.key)
  const publish = async ({ url, token }: { readonly url: string; readonly token: string }) => {
    using connection = openConnection(new URL(`${url}/`), { token, pause: async () => undefined })
    const before = await findPublished(connection, predicate, predicate.version)
    return publishRelease({ connection, out: folder, predicate, signer, before, onStage: () => {} })
  }
  assert.equal((await publish(registry)).state, 'published')
  return { registry, proxy, publish, again: () => publish({ url: proxy.url, token: registry.token }) }
}

const OTHER_DIGEST = { 'Repr-Digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` }
const SERVED: Readonly<Record<string, { readonly interference: Interference; readonly code: ErrorCode }>> = {
  'is gone': { interference: { status: 404, problem: {} }, code: 'FETCH_REFUSED' },
  'is of another size': {
    interference: { status: 200, headers: { 'Content-Length': '1' }, problem: {} },
    code: 'SIZE_MISMATCH',
  },
  'is another one': {
    interference: { status: 200, headers: { ...OTHER_DIGEST, 'Transfer-Encoding': 'chunked' }, problem: {} },
    code: 'DIGEST_MISMATCH',
  },
}

for (const [what, { interference, code }] of Object.entries(SERVED))
  test(`a published version of which an artifact ${what} is not called unchanged`, async (t) => {
    const { proxy, again } = await aPublished(t)
    assert.equal((await again()).state, 'unchanged')
    proxy.interfere = (line) => (/^HEAD \/repos\//.test(line) ? interference : undefined)
    await expectCodeAsync(code, again)
  })

test('a version that the registry has lost, and a cache still shows, is published again as it was', async (t) => {
  const { registry: before, proxy, publish } = await aPublished(t)
  const restored = await startTestRegistry(t, { key: before.key })
  proxy.interfere = (line) => (/^(GET|HEAD) \/(repos|blobs)\//.test(line) ? undefined : { by: restored.url })
  const again = () => publish({ url: proxy.url, token: restored.token })
  assert.equal((await again()).state, 'published')
  const bundleOf = async ({ url }: { readonly url: string }) => {
    const answer = await fetch(`${url}/repos/core/hello/1.0.0/release.sigstore.json`)
    return [answer.status, await answer.text()]
  }
  assert.deepEqual(await bundleOf(restored), await bundleOf(before))
  assert.equal((await again()).state, 'unchanged')
})

test('an unchanged version that was yanked or deprecated says so with its reason, and the way back works', async (t) => {
  const registry = await startTestRegistry(t)
  const keys = writeKeyFiles(tempFolder(t), registry.key)
  await using project = await aPluginProject()
  await publishProjects([project.dir], registry, keys)
  const env = { OCTO_TOKEN: registry.token }
  const typed = async (...words: readonly string[]) => {
    const run = await typeOcto([...words, '--registry', registry.url], { env })
    assert.equal(run.code, 0, run.stderr)
    return run
  }
  const again = (...more: readonly string[]) => typed('publish', project.dir, '--key', keys.privateKey, ...more)
  await typed('deprecate', 'core/hello@1.0.0', '--reason', 'use other')
  assert.match((await again()).stdout, /^unchanged core\/hello 1\.0\.0 \(.*\), deprecated \(use other\)\n$/)
  await typed('yank', 'core/hello@1.0.0', '--reason', 'crashes on start')
  for (const rehearsal of [[], ['--dry-run']]) {
    const { stdout, stderr } = await again(...rehearsal)
    assert.match(stdout, /^unchanged .*\), yanked \(crashes on start\), deprecated \(use other\)\n$/)
    assert.match(stderr, /^warning: no new install chooses it: `octo unyank /m)
    const [release] = JSON.parse((await again('--json', ...rehearsal)).stdout).releases
    assert.deepEqual(release.standing, { state: 'yanked', reason: 'crashes on start', deprecated: 'use other' })
  }
  const [, wayBack = ''] = /`octo (.*?)`/.exec((await again()).stderr) ?? []
  await typeOcto(wayBack.split(' '), { env })
  await typed('undeprecate', 'core/hello@1.0.0')
  const { stdout, stderr } = await again()
  assert.match(stdout, /^unchanged core\/hello 1\.0\.0 \([^)]*\)\n$/)
  assert.doesNotMatch(stderr, /^warning:/m)
})
