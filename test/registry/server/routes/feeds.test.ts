// The feeds of what is new: as RFC 4287 has them, for whoever may read what they tell.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderAtom } from '../../../../registry/server/pages/atom.ts'
import type { Digest } from '../../../../schemas/digest.ts'
import type { Name } from '../../../../schemas/name.ts'
import type { Version } from '../../../../schemas/version.ts'
import { expectAtom } from '../../../support/assertions/expect-atom.ts'
import { aRelease } from '../../../support/builders/test-authority.ts'
import { callApi, publishRelease } from '../../../support/publisher/publish-release.ts'
import { aPrivateScene, MARK, PLUGIN } from '../../../support/registry/private-scene.ts'
import { pagesOf } from '../../../support/registry/served-pages.ts'
import type { TestRegistry } from '../../../support/registry/test-registry.ts'
import { startTestRegistry } from '../../../support/registry/test-registry.ts'

const BASE = 'https://plugins.example.com/octo'

async function publish(registry: TestRegistry, recipe: Parameters<typeof aRelease>[1]) {
  const { status, body } = await publishRelease(registry, await aRelease(registry.key, recipe))
  assert.equal(status, 201, JSON.stringify(body))
}

async function feedOf({ url }: TestRegistry, path = '/feeds/newest.atom', headers = {}) {
  const answer = await fetch(`${url}${path}`, { headers })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

test('a feed tells the newest first, of all repos, of one and of one plugin, with links below the base address', async (t) => {
  let now = Date.UTC(2026, 0, 2, 3, 4, 5)
  const registry = await startTestRegistry(t, { repos: ['core', 'extra'], baseUrl: BASE, clock: () => now })
  const releases = [
    { plugin: 'hello', version: '1.0.0' },
    { plugin: 'other', version: '1.0.0', repo: 'extra' },
    { plugin: 'hello', version: '1.1.0' },
    { plugin: 'third', version: '0.1.0' },
  ]
  for (const release of releases) {
    now += 1000
    await publish(registry, release)
  }
  const read = async (path?: string) => expectAtom((await feedOf(registry, path)).text)
  const all = await read()
  assert.deepEqual(
    all.entries.map(({ title }) => title),
    ['core/third 0.1.0', 'core/hello 1.1.0', 'extra/other 1.0.0', 'core/hello 1.0.0'],
  )
  assert.equal(all.updated, '2026-01-02T03:04:09.000Z')
  assert.deepEqual([all.self, all.alternate], [`${BASE}/feeds/newest.atom`, `${BASE}/newest`])
  assert.deepEqual(all.entries[1], {
    ...{ title: 'core/hello 1.1.0', published: '2026-01-02T03:04:08.000Z', updated: '2026-01-02T03:04:08.000Z' },
    ...{ id: all.entries[1]?.id, link: `${BASE}/plugins/core/hello/1.1.0`, categories: ['tool', 'health'] },
    ...{ author: `core, key ${registry.key.trustKey.id}`, summary: 'says hello' },
  })
  const core = await read('/feeds/core/newest.atom')
  assert.deepEqual(
    core.entries.map(({ title }) => title),
    ['core/third 0.1.0', 'core/hello 1.1.0', 'core/hello 1.0.0'],
  )
  const hello = await read('/feeds/core/hello/newest.atom')
  assert.deepEqual(hello.entries, [all.entries[1], all.entries[3]])
  assert.deepEqual(
    [hello.self, hello.alternate],
    [`${BASE}/feeds/core/hello/newest.atom`, `${BASE}/plugins/core/hello`],
  )
  assert.equal(new Set([all.id, core.id, hello.id]).size, 3)
})

test('ids stay when the registry moves to another address, and when a state changes, which is told as an update', async (t) => {
  let now = Date.UTC(2026, 0, 1)
  const options = { clock: () => now, baseUrl: BASE }
  const registry = await startTestRegistry(t, options)
  await publish(registry, {})
  now += 1000
  await publish(registry, { version: '2.0.0' })
  const before = expectAtom((await feedOf(registry)).text)
  now += 60_000
  const path = '/api/v1/repos/core/plugins/hello/versions/1.0.0/state'
  const change = { action: 'quarantine', reason: 'steals <keys>' }
  assert.equal((await callApi(registry, path, { method: 'PUT', json: change })).status, 200)
  await registry.stop()
  const { dataDir } = registry
  const moved = await startTestRegistry(t, { ...options, dataDir, baseUrl: 'https://elsewhere.example.com' })
  const after = expectAtom((await feedOf(moved)).text)
  assert.equal(after.id, before.id)
  assert.equal(after.self, 'https://elsewhere.example.com/feeds/newest.atom')
  assert.deepEqual(
    after.entries.map(({ title, id, updated, summary }) => [title, id, updated, summary]),
    [
      [
        ...['core/hello 1.0.0 (quarantined)', before.entries[1]?.id, '2026-01-01T00:01:01.000Z'],
        'says hello\nquarantined: steals <keys>',
      ],
      ['core/hello 2.0.0', before.entries[0]?.id, '2026-01-01T00:00:01.000Z', 'says hello'],
    ],
  )
})

test('a reader that has the newest is told so, and another one is given it', async (t) => {
  const registry = await startTestRegistry(t)
  const empty = await feedOf(registry)
  assert.deepEqual(expectAtom(empty.text).entries, [])
  const etag = empty.headers.get('etag') ?? ''
  assert.match(etag, /^"sha256:[0-9a-f]{64}"$/)
  assert.equal(empty.headers.get('content-type'), 'application/atom+xml; charset=utf-8')
  assert.equal(empty.headers.get('cache-control'), 'public, max-age=60')
  for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const known = await feedOf(registry, undefined, { 'if-none-match': header })
    assert.deepEqual([known.status, known.text, known.headers.get('etag')], [304, '', etag], header)
  }
  assert.equal((await feedOf(registry, '/feeds/newest.atom?page=21')).status, 400)
  await publish(registry, {})
  const anew = await feedOf(registry, undefined, { 'if-none-match': etag })
  assert.equal(anew.status, 200)
  assert.equal(expectAtom(anew.text).entries.length, 1)
})

test('a feed tells fifty versions, says that there are more, and leads to them', async (t) => {
  const { registry, get } = await pagesOf(t)
  for (let minor = 0; minor < 52; minor++)
    await registry.publish('hello', { version: `1.${minor}.0`, platforms: ['any'], content: () => 'x', bundle: 'y' })
  const first = expectAtom((await get('/feeds/newest.atom')).text)
  const titles = first.entries.map(({ title }) => title)
  assert.deepEqual([titles.length, titles[0], titles.at(-1)], [50, 'core/hello 1.51.0', 'core/hello 1.2.0'])
  assert.equal(first.subtitle, '50 changes; those before them stand on the next page')
  const next = new URL(first.next ?? '')
  const last = expectAtom((await get(`${next.pathname}${next.search}`)).text)
  assert.deepEqual(
    last.entries.map(({ title }) => title),
    ['core/hello 1.1.0', 'core/hello 1.0.0'],
  )
  assert.deepEqual([last.id, last.previous, last.next, last.subtitle], [first.id, first.self, undefined, ''])
  assert.equal(last.self, first.next)
})

test('whatever a publisher writes is text in a feed, and nothing that XML cannot have gets into one', () => {
  const texts = [
    '</summary><script>alert(1)</script>',
    ']]>&amp;&#0;<!--',
    '"\'&<>',
    '\u0000\u0001\u0008\u000b\ufffe\uffff',
    '\ud800 and \udc00',
    'Größe 😀 \u202eevil',
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>',
  ]
  const news = texts.map((description, index) => ({
    ...{ repo: 'core' as Name, plugin: 'hello' as Name, version: `1.${index}.0` as Version, state: 'yanked' as const },
    ...{ publishedAt: 0, changedAt: 5, signer: 'sha256:a' as Digest, kind: 'tool', category: null },
    ...{ description, yanked: description, quarantined: null, deprecated: description },
  }))
  const { entries } = expectAtom(renderAtom({ of: {}, baseUrl: BASE, secret: 'x', news }))
  assert.equal(entries.length, texts.length)
  assert.equal(entries[0]?.summary, `${texts[0]}\nyanked: ${texts[0]}\ndeprecated: ${texts[0]}`)
  assert.equal(entries[1]?.summary.split('\n')[0], texts[1])
  assert.ok(!entries[5]?.summary.includes('\u202e'))
})

test('what is private is in the feeds of those who may read it, and in no other', async (t) => {
  const { ask, mayRead, mayNot } = await aPrivateScene(t)
  const mentions = (body: Buffer) => new RegExp(`${MARK}|secret|${PLUGIN}`).test(body.toString())
  const publicOnes = expectAtom((await ask('/feeds/newest.atom')).body.toString()).entries
  for (const authorization of Object.values(mayRead)) {
    const own = await ask('/feeds/newest.atom', { authorization })
    assert.equal(own.headers['cache-control'], 'private, no-store, no-transform')
    assert.equal(own.headers.vary, 'Authorization')
    const titles = expectAtom(own.body.toString()).entries.map(({ title }) => title)
    assert.ok(titles.includes(`secret/${PLUGIN} 1.0.0`), titles.join())
  }
  for (const authorization of Object.values(mayNot)) {
    const answer = await ask('/feeds/newest.atom', authorization === undefined ? {} : { authorization })
    assert.ok(!mentions(answer.body))
    const shown = answer.status === 200 ? expectAtom(answer.body.toString()).entries : []
    const others = shown.filter(({ title }) => !title.startsWith('vault/'))
    if (answer.status === 200) assert.deepEqual(others, publicOnes, 'beside it the same as everybody is shown')
  }
  for (const path of ['/newest', '/newest?repo=secret']) {
    const { status, body } = await ask(path)
    assert.equal(status, 200)
    assert.doesNotMatch(body.toString(), new RegExp(`${MARK}|${PLUGIN}`))
  }
  const [hidden, absent] = [await ask('/newest?repo=secret'), await ask('/newest?repo=absent')]
  assert.equal(hidden.body.toString().replaceAll('secret', 'absent'), absent.body.toString())
})
