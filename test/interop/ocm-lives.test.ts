// How plugins refuse, come and go under our host, in Go and of our sdk.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { startInstance } from '../../operator/ocm/instance/instance.ts'
import { REFUSALS } from '../../schemas/contract/ocm/refusals.ts'
import { isGone } from '../support/machine/processes.ts'
import { until } from '../support/machine/until.ts'
import type { Peer, Short } from '../support/peers/ocm-plugins.ts'
import { aPlace, assertNoLocks, DIGEST, GO, left, OURS, RESOURCE, TYPE } from '../support/peers/ocm-plugins.ts'

for (const peer of [GO, OURS]) {
  const { title, skip } = peer
  test(`${title}: what is refused, and how`, { skip }, (t) => refusals(t, peer))
  test(`${title}: they leave when nobody asks, come back, and are killed, and nothing is left`, { skip }, (t) =>
    lives(t, peer),
  )
}

const BODY = { 'content-type': 'application/json', authorization: '{}' }
const LISTED = { repository: TYPE, last: '' }

type Raw = {
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** By what it is, which says what is answered; `only` is what but one of them can be asked. */
const REFUSED: readonly {
  readonly kind: keyof typeof REFUSALS
  readonly short: Short
  readonly raw: Raw
  readonly only?: Peer['kind']
}[] = [
  {
    kind: 'handler failed',
    short: 'component-lister',
    raw: { ...post('components/list', { ...LISTED, last: 'zzz' }) },
  },
  { kind: 'handler crashed', short: 'component-version', only: 'sdk', raw: { method: 'GET', path: 'panic' } },
  {
    kind: 'handler crashed',
    short: 'component-version',
    only: 'go',
    raw: post('local-resource/upload', {
      ...{ repository: TYPE, name: 'a', version: '1', resource: RESOURCE },
      resourceLocation: { type: 'localFile', value: '/nonexistent' },
    }),
  },
  {
    kind: 'credentials unreadable',
    short: 'component-version',
    raw: { method: 'GET', path: 'component-versions?name=a', headers: { authorization: 'x' } },
  },
  {
    kind: 'credentials unreadable',
    short: 'component-version',
    raw: { method: 'GET', path: 'component-versions?name=a', headers: { authorization: '{"type":""}' } },
  },
  {
    kind: 'credentials unreadable',
    short: 'signinghandler',
    raw: { ...post('sign', { digest: DIGEST, config: TYPE }), headers: { ...BODY, authorization: 'x' } },
  },
  {
    kind: 'credentials missing',
    short: 'component-version',
    raw: { method: 'GET', path: 'component-versions?name=a' },
  },
  { kind: 'body unreadable', short: 'credential-repository', raw: broken('resolve') },
  { kind: 'body unreadable', short: 'resource', raw: broken('resource/get') },
  { kind: 'body unreadable', short: 'signinghandler', raw: broken('verify') },
  { kind: 'body unreadable', short: 'component-version', raw: broken('component-version/upload') },
  { kind: 'body unreadable', short: 'component-version', raw: broken('local-resource/upload') },
  { kind: 'body unreadable', short: 'component-version', raw: broken('local-source/upload') },
  { kind: 'body unreadable', short: 'component-lister', raw: broken('components/list') },
  { kind: 'body unreadable', short: 'input', raw: broken('resource/process') },
  { kind: 'body unreadable', short: 'digester', raw: broken('resource/digest/process') },
  { kind: 'body unreadable', short: 'blobtransformer', raw: broken('blob/transform') },
  {
    kind: 'query unreadable',
    short: 'component-version',
    raw: {
      method: 'GET',
      path: 'local-resource/download?name=a&version=1&identity=YWJj',
      headers: { authorization: '{}' },
    },
  },
  { kind: 'no such endpoint', short: 'input', raw: { method: 'GET', path: 'nope' } },
  { kind: 'wrong method for health', short: 'resource', raw: { method: 'POST', path: 'healthz' } },
]

function post(path: string, body: object): Raw {
  return { method: 'POST', path, headers: BODY, body: JSON.stringify(body) }
}

function broken(path: string): Raw {
  return { method: 'POST', path, headers: BODY, body: '{broken' }
}

async function refusals(t: TestContext, peer: Peer): Promise<void> {
  const { folder, env, pluginOf } = await aPlace(t, peer)
  const limits = { startMs: 60_000, killGraceMs: 2000, maxCalls: 8 }
  const facts = { env, cwd: folder, idleTimeoutMs: 60_000, configTypes: [], listen: 'unix', limits } as const
  const asked = REFUSED.filter(({ only = peer.kind }) => only === peer.kind)
  for (const [plugin, rows] of Map.groupBy(asked, ({ short }) => pluginOf(short))) {
    const instance = await startInstance(plugin, { ...facts, log: () => undefined }, t.signal)
    for (const { kind, raw } of rows) {
      const { status, text } = await instance.connection.send({
        ...{ method: raw.method, path: raw.path, headers: raw.headers ?? {}, maxBytes: 65_536, signal: t.signal },
        ...(raw.body === undefined ? {} : { body: { size: raw.body.length, chunks: chunksOf(raw.body) } }),
      })
      const { others, ...own } = REFUSALS[kind]
      const allowed = peer.kind === 'go' ? others : [[own.status, own.text] as const]
      assert.ok(
        allowed.some(([wanted, start]) => status === wanted && text.startsWith(start)),
        `${kind}, ${raw.path}: ${status} ${text}`,
      )
    }
    instance.end()
    assert.equal((await instance.ended).isClean, true, plugin.name)
    const { address, pid } = instance
    assert.equal(address.kind === 'unix' && existsSync(address.path), false)
    assertNoLocks([pid])
  }
  assert.deepEqual(left(folder), [])
}

async function* chunksOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text)
}

/** Sixteen first calls, a second host beside, idle, a kill, and the end: each by the processes that are there. */
async function lives(t: TestContext, peer: Peer): Promise<void> {
  const { folder, openHost } = await aPlace(t, peer)
  const plugin = peer.nameOf('component-lister')
  const list = { plugin, endpoint: 'listComponents', request: LISTED }
  await using host = openHost({ idleTimeoutMs: 500 })
  await Promise.all(Array.from({ length: 16 }, () => host.call(list)))
  assert.equal(host.status().length, 1)
  // On a slow machine it has left already.
  const first = host.status()[0]?.pid
  await until(() => host.status()[0]?.state === 'stopped')
  if (first !== undefined) assert.equal(await isGone(first), true)
  assert.deepEqual(left(folder), [])
  await using other = openHost()
  await Promise.all([host.call(list), other.call(list)])
  const [second, beside] = [host.status()[0]?.pid, other.status()[0]?.pid]
  assert.ok(beside !== undefined && beside !== second)
  process.kill(beside, 'SIGKILL')
  await until(() => other.status()[0]?.state !== 'ready')
  await other.call(list)
  const third = other.status()[0]?.pid
  assert.notEqual(third, beside)
  for (const one of [host, other]) await one[Symbol.asyncDispose]()
  assert.deepEqual(left(folder), [])
  assertNoLocks([first, second, beside, third])
}
