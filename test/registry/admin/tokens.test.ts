// Tokens are given out for a while and for something, and taken back once; what is refused leaves neither row nor audit entry.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewToken } from '../../../registry/admin/tokens.ts'
import { createToken, revokeToken } from '../../../registry/admin/tokens.ts'
import { parseScope } from '../../../registry/auth/scope.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { openTestStore } from '../../support/registry/test-db.ts'

const NOW = Date.UTC(2026, 0, 1)
const DAY_MS = 24 * 3600_000
const SCOPES = [parseScope('core/*')]

const REFUSED: Readonly<Record<string, Omit<NewToken, 'name'> & { readonly says: RegExp }>> = {
  'no life': { scopes: SCOPES, days: 0, says: /more than 0 and at most 366 days, found 0$/ },
  'a life that is over': { scopes: SCOPES, days: -1, says: /found -1$/ },
  'a life that is no number': { scopes: SCOPES, days: Number.NaN, says: /found NaN$/ },
  'a life without end': { scopes: SCOPES, days: Number.POSITIVE_INFINITY, says: /found Infinity$/ },
  'a day more than a leap year': { scopes: SCOPES, days: 367, says: /found 367$/ },
  'nothing that it allows': { scopes: [], days: 1, says: /^a token needs at least one scope$/ },
}

test('a token is not made with', async (t) => {
  const deps = { metadata: await openTestStore(t), clock: () => NOW }
  for (const [what, { says, ...wish }] of Object.entries(REFUSED))
    await t.test(what, async () => {
      const { message } = await expectCodeAsync('USAGE', () => createToken(deps, { name: 'ci', ...wish }))
      assert.match(message, says)
      assert.deepEqual(await deps.metadata.tokens.list(), [])
      assert.deepEqual(await deps.metadata.audit.head(), undefined)
    })
})

test('a token lives as long as was asked for, and 90 days when nobody asked', async (t) => {
  const deps = { metadata: await openTestStore(t), clock: () => NOW }
  for (const [days, expected] of [
    [1 / 24, DAY_MS / 24],
    [366, 366 * DAY_MS],
    [undefined, 90 * DAY_MS],
  ] as const) {
    const made = await createToken(deps, { name: 'ci', scopes: SCOPES, ...(days === undefined ? {} : { days }) })
    assert.equal(made.expiresAt - NOW, expected)
  }
})

test('a token is taken back once; one that is revoked or unknown cannot be', async (t) => {
  const deps = { metadata: await openTestStore(t), clock: () => NOW }
  const { id } = await createToken(deps, { name: 'ci', scopes: SCOPES })
  await revokeToken(deps, id)
  for (const gone of [id, 'tok-nobody']) {
    const { message, hint } = await expectCodeAsync('TOKEN_NOT_FOUND', () => revokeToken(deps, gone))
    const says =
      gone === id
        ? `^token \`${id}\` was revoked already, at \\d{4}-.+Z$`
        : `no token \`${gone}\` that could be revoked`
    assert.match(message, new RegExp(says))
    assert.match(String(hint), /token list/)
  }
  assert.deepEqual(
    (await Array.fromAsync(deps.metadata.audit.walk())).map(({ action, subject }) => [action, subject]),
    [
      ['token-create', id],
      ['token-revoke', id],
    ],
  )
})
