// Credential repositories that need each other: who is asked, how often, and what a circle gives.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ask } from '../../../../operator/ocm/credentials/search-credentials.ts'
import { searchCredentials } from '../../../../operator/ocm/credentials/search-credentials.ts'
import { saysNone } from '../../../../schemas/contract/ocm/refusals.ts'
import { coded } from '../../../../schemas/errors.ts'

type Config = { readonly type: string }
type Behaviour = {
  /** By which it looks for its own login; it needs none when absent. */
  readonly needs?: string
  /** What it gives, by the host of an identity. */
  readonly has?: readonly string[]
  /** It gives that to nobody who has not logged in. */
  readonly isClosed?: boolean
  readonly fails?: boolean
  /** Why the call itself is over when it is asked. */
  readonly ends?: 'INTERRUPTED' | 'PLUGIN_TIMEOUT'
}

function aSearch(behaviours: Readonly<Record<string, Behaviour>>) {
  const asked: string[] = []
  const refusal = (status: number, more: object = {}) =>
    coded('PLUGIN_FAILED', { message: `status ${status}`, details: { status, ...more } })
  const ask: Ask = async ({ endpoint, request }, credentials) => {
    const { config, identity } = request as { config: Config; identity?: { hostname: string } }
    const { needs, has = [], isClosed, fails, ends } = behaviours[config.type] as Behaviour
    const host = identity?.hostname ?? ''
    asked.push([endpoint.split('.')[1], config.type, host, credentials ? 'logged in' : ''].join(' ').trimEnd())
    if (endpoint.endsWith('getConsumerIdentity')) return needs === undefined ? null : { hostname: needs }
    if (ends) throw coded(ends, { message: 'the call is over' })
    if (fails) throw refusal(503)
    if (isClosed && !credentials) throw refusal(401)
    if (!has.includes(host)) throw refusal(404, { saysNone: true })
    return { type: 'Credentials/v1', properties: { of: config.type } }
  }
  const search = searchCredentials(
    Object.keys(behaviours).map((type) => ({ type })),
    ask,
  )
  const find = async (hostname: string) =>
    ((await search({ hostname })) as { properties: { of: string } } | undefined)?.properties.of
  return { asked, find }
}

test('the first in their order that has something gives it, however deep its own login lies', async () => {
  const { find, asked } = aSearch({
    A: { needs: 'a', has: ['shop'], isClosed: true },
    B: { needs: 'b', has: ['a'], isClosed: true },
    C: { needs: 'c', has: ['b'], isClosed: true },
    D: { has: ['c', 'shop'] },
  })
  assert.equal(await find('shop'), 'A')
  assert.equal(new Set(asked).size, asked.length)
})

test('in a circle each is asked without a login too, and one that it broke is found when it has opened', async () => {
  const open = aSearch({ A: { needs: 'a', has: ['b'] }, B: { needs: 'b', has: ['a', 'shop'], isClosed: true } })
  assert.equal(await open.find('shop'), 'B')
  const closed = {
    A: { needs: 'a', has: ['b'], isClosed: true },
    B: { needs: 'b', has: ['a', 'shop'], isClosed: true },
  }
  await assert.rejects(aSearch(closed).find('shop'), { code: 'PLUGIN_FAILED' })
  // X is first looked at while A is, in vain; when A has its login of E, X has its own of A.
  const later = aSearch({
    C: { needs: 'c', has: ['shop'], isClosed: true },
    A: { needs: 'a', has: ['x'], isClosed: true },
    X: { needs: 'x', has: ['c'], isClosed: true },
    E: { has: ['a'] },
  })
  assert.equal(await later.find('shop'), 'C')
  assert.equal(new Set(later.asked).size, later.asked.length)
})

test('many that all need each other are asked no more often than the square of their number', async () => {
  for (const [count, isClosed] of [
    [12, true],
    [12, false],
    [24, true],
  ] as const) {
    const names = Array.from({ length: count }, (_, at) => `R${at}`)
    const { find, asked } = aSearch(Object.fromEntries(names.map((name) => [name, { needs: name, isClosed }])))
    const error = await find('shop').catch((found: unknown) => found)
    assert.equal(error === undefined, !isClosed)
    assert.ok(asked.length <= 2 * count * (count + 2), `${asked.length} questions to ${count}`)
    assert.equal(new Set(asked).size, asked.length)
  }
})

test('one that fails is passed over where another one has something, and else fails the call', async () => {
  assert.equal(await aSearch({ A: { fails: true }, B: { has: ['shop'] } }).find('shop'), 'B')
  await assert.rejects(aSearch({ A: { fails: true }, B: {} }).find('shop'), /`A` gives nothing: status 503/)
  assert.equal(await aSearch({ A: {}, B: {} }).find('shop'), undefined)
})

test('one whose login cannot be had is not asked without it, however often somebody comes by', async () => {
  // A looks for its login at B first; then B is asked for the shop itself.
  const { find, asked } = aSearch({ A: { needs: 'a' }, B: { needs: 'b', has: ['a', 'shop'] }, C: { fails: true } })
  await assert.rejects(find('shop'), /`C` gives nothing: status 503/)
  assert.deepEqual(
    asked.filter((line) => line.startsWith('resolve B')),
    [],
  )
})

test('nobody is asked for the login to itself', async () => {
  const { find, asked } = aSearch({ A: { needs: 'a', has: ['a', 'shop'] }, B: {} })
  assert.equal(await find('shop'), 'A')
  assert.deepEqual(
    asked.filter((line) => line.startsWith('resolve')),
    ['resolve B a', 'resolve A shop'],
  )
})

test('a call that is over is over: nobody else is asked', async () => {
  for (const ends of ['INTERRUPTED', 'PLUGIN_TIMEOUT'] as const)
    for (const first of [{ ends }, { needs: 'a' }]) {
      const { find, asked } = aSearch({ A: first, B: { ends }, C: { has: ['a', 'shop'] } })
      await assert.rejects(find('shop'), { code: ends, message: 'the call is over' })
      assert.ok(!asked.some((line) => line.startsWith('resolve C')), asked.join(', '))
    }
})

test('that there is nothing is said by statuses, and by the words of OCM for it, and by nothing else', () => {
  const rows = [
    [404, '', true],
    [501, 'does not offer it', true],
    [500, 'credentials not found', true],
    [
      500,
      'failed to resolve credentials for identity "type=X": credentials not found\nno direct credentials found in graph\n',
      true,
    ],
    [500, 'credentials not found because the server is away', false],
    [500, 'unknown error occurred', false],
    [401, 'credentials not found', false],
    [403, '', false],
    [503, 'credentials not found', false],
  ] as const
  for (const [status, text, expected] of rows) assert.equal(saysNone({ status, text }), expected, `${status} ${text}`)
})
