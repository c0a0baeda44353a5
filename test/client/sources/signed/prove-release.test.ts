// Nobody signed the size of a bundle: it stands in a document or a lockfile, and nothing is fetched for one that cannot be.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Network } from '../../../../client/network.ts'
import { proveRelease } from '../../../../client/sources/signed/prove-release.ts'
import { layoutOf } from '../../../../client/store/layout.ts'
import { digestOf } from '../../../../schemas/digest.ts'
import { coded } from '../../../../schemas/errors.ts'
import { LIMITS } from '../../../../schemas/limits.ts'
import type { Name } from '../../../../schemas/name.ts'
import type { Version } from '../../../../schemas/version.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { aRepo } from '../../../support/builders/a-config.ts'
import { issueKey } from '../../../support/builders/test-authority.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'

test('a bundle is asked for up to the size that a bundle may have, and not beyond', async (t) => {
  const asked: string[] = []
  const network = {
    async http(what: string) {
      asked.push(what)
      throw coded('OFFLINE', { message: 'no network' })
    },
  } as unknown as Network
  const context = { layout: layoutOf(tempFolder(t)), network, now: () => 0, report: {} }
  const repo = aRepo({ url: 'https://plugins.example/repos/core.yaml', trust: issueKey() })
  const prove = (size: number) =>
    proveRelease(
      { repo, plugin: 'hello' as Name, version: '1.0.0' as Version, bundle: { digest: digestOf('bundle'), size } },
      context,
    )
  const error = await expectCodeAsync('LIMIT_EXCEEDED', () => prove(LIMITS.bundleBytes + 1))
  assert.equal(error.details.maxBytes, LIMITS.bundleBytes)
  assert.deepEqual(asked, [])
  await expectCodeAsync('OFFLINE', () => prove(LIMITS.bundleBytes))
  assert.deepEqual(asked, ['https://plugins.example/repos/core/hello/1.0.0/release.sigstore.json'])
})
