// A lockfile entry on its way to a program: what the config says of its repo now counts, whoever asks and whatever was covered before.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openContext } from '../../../client/context.ts'
import { releaseOf } from '../../../client/install/install-entry.ts'
import type { RepoConfig, RepoTrust } from '../../../config/model/config.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import type { LockedPlugin } from '../../../schemas/lockfile.ts'
import type { Name } from '../../../schemas/name.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aMachine } from '../../support/client/client-machine.ts'

const UNSIGNED: RepoTrust = { kind: 'unsigned' }

const REFUSED: readonly (readonly [
  what: string,
  code: ErrorCode,
  change: { readonly repo?: Partial<RepoConfig>; readonly entry?: Partial<LockedPlugin> },
])[] = [
  ['its repo is not in the config', 'REPO_NOT_FOUND', { repo: { name: 'other' as Name } }],
  ['its repo proves nothing any more', 'BUNDLE_MISSING', { repo: { trust: UNSIGNED } }],
  ['nothing proved it when it was locked', 'STATEMENT_MISMATCH', { entry: { signer: 'unsigned', bundle: undefined } }],
]

test('nothing is known of a locked release that the config does not trust as it was locked', async (t) => {
  const { base, install, readLock, registry } = await aMachine(t)
  await install()
  const locked = readLock().plugins['core/hello'] ?? assert.fail()
  registry.requests.length = 0
  for (const [what, code, { repo, entry }] of REFUSED) {
    const repos = base.config.repos.map((each) => ({ ...each, ...repo }))
    const context = openContext({ ...base, config: { ...base.config, repos } })
    using _network = context.network
    await expectCodeAsync(code, () => releaseOf({ ...locked, ...entry }, context)).catch((error) =>
      assert.fail(`${what}: ${error}`),
    )
  }
  assert.deepEqual(registry.requests, [])
})
