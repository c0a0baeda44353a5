// What is made once cannot be made again, and what is not there cannot be changed; a refusal leaves neither row nor audit entry.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { addRepoKey, createRepo, revokeKey } from '../../../registry/admin/repos.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { LIMITS } from '../../../schemas/limits.ts'
import type { Name } from '../../../schemas/name.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { openTestStore } from '../../support/registry/test-db.ts'

const [CORE, OTHER, FULL] = ['core', 'other', 'one-too-many'] as Name[] as [Name, Name, Name]
const { trustKey: KNOWN } = issueKey()
const { trustKey: REVOKED } = issueKey()
const { trustKey: NEW } = issueKey()

/** `core` with one key, and one that is revoked. */
async function aScene(t: TestContext) {
  const deps = { metadata: await openTestStore(t), clock: () => 1000 }
  await createRepo(deps, CORE, { keys: [KNOWN, REVOKED] })
  await revokeKey(deps, CORE, REVOKED.id)
  return deps
}

type Deps = Awaited<ReturnType<typeof aScene>>
type Refused = { readonly act: (deps: Deps) => Promise<void>; readonly code: ErrorCode; readonly says: RegExp }

const REFUSED: Readonly<Record<string, Refused>> = {
  'a repo is not made twice': {
    act: (deps) => createRepo(deps, CORE, { keys: [NEW] }),
    code: 'ALREADY_EXISTS',
    says: /^repo `core` exists already$/,
  },
  'a repo is not made with the same key twice': {
    act: (deps) => createRepo(deps, OTHER, { keys: [NEW, NEW] }),
    code: 'ALREADY_EXISTS',
    says: /^repo `other` has the key/,
  },
  'a key is not admitted twice': {
    act: (deps) => addRepoKey(deps, CORE, KNOWN),
    code: 'ALREADY_EXISTS',
    says: /has the key .* already$/,
  },
  'a revoked key is not admitted again': {
    act: (deps) => addRepoKey(deps, CORE, REVOKED),
    code: 'ALREADY_EXISTS',
    says: /^key .* of repo `core` was revoked at \d{4}-.+Z, and a revoked key is never admitted again$/,
  },
  'a repo that is not there admits no key': {
    act: (deps) => addRepoKey(deps, OTHER, NEW),
    code: 'REPO_NOT_FOUND',
    says: /^there is no repo `other`$/,
  },
  'a repo that is not there revokes no key': {
    act: (deps) => revokeKey(deps, OTHER, KNOWN.id),
    code: 'REPO_NOT_FOUND',
    says: /^there is no repo `other`$/,
  },
  'a key is not revoked twice': {
    act: (deps) => revokeKey(deps, CORE, REVOKED.id),
    code: 'KEY_NOT_FOUND',
    says: /^key .* of repo `core` was revoked already, at \d{4}-.+Z$/,
  },
  'a key that was never admitted is not revoked': {
    act: (deps) => revokeKey(deps, CORE, NEW.id),
    code: 'KEY_NOT_FOUND',
    says: /has no key .* that could be revoked$/,
  },
}

test('of repos and keys', async (t) => {
  const deps = await aScene(t)
  const { repos, audit } = deps.metadata
  const state = async () => [await repos.list(), await repos.keys(CORE), await Array.fromAsync(audit.walk())]
  const before = await state()
  for (const [what, { act, code, says }] of Object.entries(REFUSED))
    await t.test(what, async () => {
      assert.match((await expectCodeAsync(code, () => act(deps))).message, says)
      assert.deepEqual(await state(), before)
    })
})

test('a registry takes as many repos as its discovery document can list, and not one more', async (t) => {
  const deps = await aScene(t)
  deps.metadata.db.$client
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
        INSERT INTO repos (name, created_at) SELECT 'repo-' || i, 1 FROM n`,
    )
    .run(LIMITS.reposPerRegistry - 2)
  const found = async () => (await deps.metadata.repos.list()).length
  await createRepo(deps, OTHER, { keys: [] })
  assert.equal(await found(), LIMITS.reposPerRegistry)
  await expectCodeAsync('LIMIT_EXCEEDED', () => createRepo(deps, FULL, { keys: [] }))
  assert.equal(await found(), LIMITS.reposPerRegistry)
})
