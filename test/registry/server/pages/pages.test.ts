import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { Hono } from 'hono'
import { addRepoKey } from '../../../../registry/admin/repos.ts'
import { PUBLIC_SIGHT } from '../../../../registry/auth/read-gate.ts'
import { indexWords } from '../../../../registry/db/sqlite/search.ts'
import type { Env } from '../../../../registry/server/http/env.ts'
import { guardedBy } from '../../../../registry/server/http/route.ts'
import { pageRoutes } from '../../../../registry/server/pages/pages.ts'
import { registryConfig } from '../../../../registry/settings.ts'
import type { Name } from '../../../../schemas/name.ts'
import { parsePublicKey, publicKeyLine } from '../../../../schemas/trust-key.ts'
import { TreeRegistry } from '../../../support/registry/tree-registry.ts'

const CORE = 'core' as Name

async function pagesOf(t: TestContext, baseUrl = 'https://plugins.example.com') {
  const registry = await TreeRegistry.create()
  t.after(() => registry[Symbol.asyncDispose]())
  registry.addRepo()
  const config = registryConfig({ dataDir: registry.dataDir, baseUrl })
  const pages = new Hono<Env>()
  const guards = { sight: async () => PUBLIC_SIGHT, principal: () => Promise.reject(new Error('no page asks for one')) }
  for (const route of pageRoutes({ metadata: registry.metadata, config }))
    pages.on(route.method, route.path, guardedBy(route, guards))
  const get = async (path: string) => {
    const answer = await pages.request(path)
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  return { registry, get }
}

function index(registry: TreeRegistry, plugin: string, description: string): void {
  indexWords(registry.db, { repo: CORE, plugin: plugin as Name, category: 'health', description })
}

test('the start page shows repos and their plugins, and leads to their pages', async (t) => {
  const { registry, get } = await pagesOf(t)
  await registry.publish('check-tcp')
  const { status, text } = await get('/')
  assert.equal(status, 200)
  assert.match(text, /<a href="\/plugins\/core\/check-tcp">core\/check-tcp<\/a>/)
  assert.match(text, /Checks that a TCP port answers/)
  assert.match(text, /href="\/repos\/core\.yaml"/)
  assert.match(text, /<td>1\.0\.0<\/td>/)
})

test('a registry without anything says what to do first', async (t) => {
  const { get } = await pagesOf(t)
  assert.match((await get('/')).text, /octo publish/)
})

test('a plugin page shows versions, states, platforms and signers, and how to install the newest', async (t) => {
  const { registry, get } = await pagesOf(t)
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'test')
  await addRepoKey({ metadata: registry.metadata, clock: () => 0 }, CORE, key)
  const properties = {
    port: { type: 'integer', minimum: 1, description: 'the <port>' },
    host: { default: 'localhost' },
  }
  const needs = { network: ['localhost'], files: [], secrets: [] }
  await registry.publish('check-tcp', {
    manifest: { readme: '# check-tcp\nHow to use it', arguments: { properties, required: ['port'] }, needs },
  })
  const bad = await registry.publish('check-tcp', { version: '1.1.0', state: 'quarantined', reason: 'malware inside' })
  const { text } = await get('/plugins/core/check-tcp')
  assert.match(text, /octo run check-tcp@1\.0\.0/)
  assert.match(text, /url: https:\/\/plugins\.example\.com\/repos\/core\.yaml/)
  assert.ok(text.includes(publicKeyLine(key)))
  assert.match(text, /href="\/repos\/core\/check-tcp\/1\.0\.0\/check-tcp_1\.0\.0_linux_amd64"/)
  assert.match(text, /<th scope="row">port<\/th><td>integer from 1<\/td><td>required<\/td><td>the &lt;port&gt;<\/td>/)
  assert.match(text, /<td>&quot;localhost&quot;<\/td>/)
  assert.match(text, /<dt>output<\/dt><dd>[^<]+<\/dd><dt>needs<\/dt><dd>network: localhost<\/dd>/)
  assert.match(text, />linux_amd64<\/a> \(\d+ B\)/)
  assert.match(text, /malware inside/)
  assert.ok(!text.includes('href="/repos/core/check-tcp/1.1.0/'))
  assert.ok(text.includes(bad.bundle.digest.slice(0, 19)))
  assert.match(text, /How to use it/)
})

test('search finds plugins by the beginning of a word and keeps what was typed', async (t) => {
  const { registry, get } = await pagesOf(t)
  await registry.publish('check-tcp')
  await registry.publish('other', { manifest: { description: 'Something else' } })
  index(registry, 'check-tcp', 'Checks that a TCP port answers')
  const { text } = await get('/search?q=answ')
  assert.match(text, /core\/check-tcp/)
  assert.ok(!text.includes('core/other'))
  assert.match(text, /value="answ"/)
  assert.match((await get('/search?q=nothing-like-it')).text, /Nothing fits/)
})

const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&{{7*7}}\``

test('nothing that a publisher or visitor writes becomes markup', async (t) => {
  const { registry, get } = await pagesOf(t)
  const manifest = {
    description: EVIL,
    license: EVIL,
    readme: EVIL,
    homepage: `https://example.com/?"onmouseover="alert(1)`,
    source: `https://example.com/'><script>`,
  }
  await registry.publish('check-tcp', { manifest, deprecated: EVIL })
  await registry.publish('check-tcp', { version: '2.0.0', manifest, state: 'yanked', reason: EVIL })
  index(registry, 'check-tcp', EVIL)
  for (const path of ['/', '/plugins/core/check-tcp', `/search?q=${encodeURIComponent(EVIL)}`, '/search?q=alert']) {
    const { text } = await get(path)
    assert.doesNotMatch(text, /<script|<img/i, path)
    for (const tag of text.replaceAll(/"[^"]*"/g, '""').match(/<[^>]*>/g) ?? [])
      assert.doesNotMatch(tag, /\son[a-z]+\s*=/i, tag)
  }
})

test('pages carry a policy that runs no script and lets nobody frame them', async (t) => {
  const { registry, get } = await pagesOf(t)
  await registry.publish('check-tcp')
  for (const path of ['/', '/search?q=', '/plugins/core/check-tcp', '/plugins/core/nope']) {
    const { headers, text } = await get(path)
    const policy = headers.get('content-security-policy') ?? ''
    for (const part of ["default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
      assert.ok(policy.includes(part), part)
    assert.doesNotMatch(policy, /unsafe|script-src/)
    assert.match(headers.get('content-type') ?? '', /^text\/html/)
    assert.doesNotMatch(text, /<style|style="/)
    const style = /href="(\/assets\/[0-9a-f]+\.css)"/.exec(text)?.[1] ?? ''
    assert.match((await get(style)).headers.get('content-type') ?? '', /^text\/css/)
  }
})

test('a plugin that is not here is a page of its own with status 404', async (t) => {
  const { get } = await pagesOf(t)
  for (const path of [
    '/plugins/core/nope',
    '/plugins/CORE/x',
    '/plugins/core/%2e%2e',
    '/plugins/__proto__/constructor',
  ])
    assert.equal((await get(path)).status, 404, path)
})

test('a plugin of many versions is one short page', async (t) => {
  const { registry, get } = await pagesOf(t)
  for (let minor = 0; minor < 60; minor++)
    await registry.publish('check-tcp', { version: `1.${minor}.0`, platforms: ['any'] })
  const { text } = await get('/plugins/core/check-tcp')
  assert.match(text, /The newest 50 of 60/)
  assert.match(text, /<th scope="row">1\.59\.0<\/th>/)
  assert.ok(!text.includes('>1.9.0<'))
})

test('below a path of a shared host every link of every page begins with that path', async (t) => {
  const { registry, get } = await pagesOf(t, 'https://example.com/octo')
  await registry.publish('check-tcp', { manifest: { readme: 'How' } })
  for (const path of ['/', '/search?q=check', '/plugins/core/check-tcp', '/plugins/core/nothing']) {
    const { text } = await get(path)
    const links = [...text.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, link = '']) => link)
    const own = links.filter((link) => link !== '#main' && !link.startsWith('https://'))
    assert.ok(own.length >= 4, path)
    assert.deepEqual(
      own.filter((link) => !link.startsWith('/octo/')),
      [],
      path,
    )
  }
})

test('what a publisher writes cannot turn the direction of a page or hide in it', async (t) => {
  const { registry, get } = await pagesOf(t)
  const deceiving = ['\u202e', '\u2066', '\u200f', '\u061c', '\u200b', '\ufeff', '\u{e0041}']
  await registry.publish('check-tcp', {
    manifest: { description: `safe${deceiving.join('')}gnihton`, readme: `one\n\ttwo${deceiving.join('')}` },
  })
  index(registry, 'check-tcp', `safe${deceiving.join('')}`)
  for (const path of [
    '/',
    '/search?q=check',
    '/plugins/core/check-tcp',
    `/search?q=${encodeURIComponent('\u202ex')}`,
  ]) {
    const { text } = await get(path)
    for (const char of deceiving)
      assert.ok(!text.includes(char), `${path} holds U+${char.codePointAt(0)?.toString(16)}`)
  }
  assert.match((await get('/plugins/core/check-tcp')).text, /one\n\ttwo\\u\{202e\}/)
})

test('what is missing is not remembered by caches', async (t) => {
  const { get } = await pagesOf(t)
  assert.equal((await get('/plugins/core/nothing')).headers.get('cache-control'), 'no-store')
})
