import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { addRepoKey } from '../../../../registry/admin/repos.ts'
import type { Name } from '../../../../schemas/name.ts'
import { parsePublicKey, publicKeyLine } from '../../../../schemas/trust-key.ts'
import { requirePlainPage } from '../../../support/registry/page-markup.ts'
import { pagesOf } from '../../../support/registry/served-pages.ts'
import type { TreeRegistry } from '../../../support/registry/tree-registry.ts'

const CORE = 'core' as Name

async function admitKey(registry: TreeRegistry) {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'test')
  await addRepoKey({ metadata: registry.metadata, clock: () => 0 }, CORE, key)
  return key
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
  assert.match((await get('/')).text, /octo publish --registry http/)
})

test('a plugin page begins with a check that has what the plugin requires, and says all that is signed about it', async (t) => {
  const { registry, get } = await pagesOf(t)
  const key = await admitKey(registry)
  const properties = {
    port: { type: 'integer', minimum: 1, description: 'the <port> of `host`' },
    host: { default: 'localhost', examples: ['db.example.org'] },
    password: { type: 'string', writeOnly: true },
  }
  const needs = { network: ['the `port` of localhost'], files: [], secrets: [] }
  await registry.publish('check-tcp', {
    manifest: {
      readme: '# check-tcp\nHow to *use* it',
      arguments: { properties, required: ['port', 'password'] },
      needs,
    },
  })
  const bad = await registry.publish('check-tcp', { version: '1.1.0', state: 'quarantined', reason: 'malware inside' })
  const { text } = await get('/plugins/core/check-tcp')
  requirePlainPage(text)
  const snippet = [
    ...['operator:', '  services:', '    web:', '      health:', '        - tool: check-tcp', '          args:'],
    ...['            port: 1', '            password: &quot;{{.env.PASSWORD}}&quot;'],
  ]
  assert.ok(text.indexOf(`<pre class="copy" tabindex="0">${snippet.join('\n')}</pre>`) > 0, text)
  assert.ok(text.includes(`octo add https://plugins.example.com/repos/core.yaml --key ${publicKeyLine(key)}</pre>`))
  assert.ok(text.indexOf('id="use"') < text.indexOf('id="arguments"'))
  assert.match(text, /href="\/repos\/core\/check-tcp\/1\.0\.0\/check-tcp_1\.0\.0_linux_amd64"/)
  assert.match(
    text,
    /<th scope="row"><code>port<\/code><\/th><td class="listed" data-title="Meaning"><p dir="auto">the &lt;port&gt; of <code>host<\/code><\/p><p class="dim">integer from 1<\/p><\/td><td data-title="Default">required<\/td><td data-title="Example"><\/td><\/tr>/,
  )
  assert.match(
    text,
    /<td data-title="Default"><code>&quot;localhost&quot;<\/code><\/td><td data-title="Example"><code>&quot;db\.example\.org&quot;<\/code><\/td>/,
  )
  assert.match(text, /<p class="dim">string, secret<\/p>/)
  assert.match(
    text,
    /<dt>output<\/dt><dd>[^<]+<\/dd><dt>needs<\/dt><dd>network: the <code>port<\/code> of localhost<\/dd>/,
  )
  assert.match(
    text,
    /<td data-title="Size">\d+ B<\/td><td data-title="Format">raw<\/td><td data-title="Runtime">none<\/td><td class="digest" data-title="Digest"><code>sha256:[0-9a-f]{64}<\/code><\/td>/,
  )
  assert.match(text, /malware inside/)
  assert.ok(!text.includes('href="/repos/core/check-tcp/1.1.0/'))
  assert.ok(text.includes(bad.bundle.digest.slice(0, 19)))
  assert.match(text, /<h3 id="readme-check-tcp">check-tcp<\/h3>\n<p>How to <em>use<\/em> it<\/p>/)
})

test('a plugin without required arguments is run by one command, and what is no check is added', async (t) => {
  const { registry, get } = await pagesOf(t)
  await registry.publish('check-tcp', { manifest: { category: 'preflight' } })
  await registry.publish('operator-x', { manifest: { kind: 'operator' } })
  await registry.publish('tell', { manifest: { output: 'notify/v1', input: 'json' } })
  await registry.publish('asked', { manifest: { kind: 'tool', protocol: 'ocm' } })
  await registry.publish('early', { version: '1.0.0-rc.1' })
  const check = (await get('/plugins/core/check-tcp')).text
  assert.match(check, / {6}preflight:\n {8}- tool: check-tcp<\/pre>/)
  assert.match(check, /octo run check-tcp@1\.0\.0<\/pre>/)
  for (const plugin of ['operator-x', 'tell', 'asked']) {
    const { text } = await get(`/plugins/core/${plugin}`)
    assert.ok(text.includes(`>octo add ${plugin}@^1.0.0</pre>`), plugin)
    assert.doesNotMatch(text, /octo run|octo check</)
  }
  const early = (await get('/plugins/core/early')).text
  assert.match(early, /pre-releases only/)
  assert.match(early, /- tool: early@1\.0\.0-rc\.1<\/pre>/)
})

test('a version page says what changed since the version before, in its author’s words and in what is signed', async (t) => {
  const { registry, get } = await pagesOf(t)
  const old = { port: { type: 'integer' }, gone: {} }
  await registry.publish('check-tcp', { version: '1.0.0', manifest: { arguments: { properties: old } } })
  await registry.publish('check-tcp', { version: '1.1.0-rc.1' })
  await registry.publish('check-tcp', {
    version: '1.1.0',
    platforms: ['linux_amd64', 'any'],
    manifest: {
      arguments: { properties: { port: { type: 'integer', default: 80 } }, required: ['port'] },
      changelog: '### Added\n- a *default*',
      needs: { network: ['db:5432'], files: [], secrets: [] },
    },
  })
  const { text } = await get('/plugins/core/check-tcp/1.1.0')
  requirePlainPage(text)
  assert.match(text, /What changed since <a href="\/plugins\/core\/check-tcp\/1\.0\.0">1\.0\.0<\/a>/)
  assert.match(text, /<dt>arguments<\/dt><dd dir="auto"><code>port<\/code> is required now<\/dd>/)
  assert.match(text, /the default of <code>port<\/code> is <code>80<\/code>, and was none/)
  assert.match(text, /<code>gone<\/code> is gone/)
  assert.match(text, /<dt>needs<\/dt><dd dir="auto">network: <code>db:5432<\/code> is new/)
  assert.match(
    text,
    /<dt>platforms<\/dt><dd dir="auto"><code>any<\/code> is new<\/dd><dd dir="auto"><code>darwin_arm64<\/code> is gone/,
  )
  assert.match(text, /<dt>signer<\/dt>/)
  assert.match(text, /<h3 id="changelog-added">Added<\/h3>\n<ul>\n?<li>a <em>default<\/em><\/li>/)
  assert.match((await get('/plugins/core/check-tcp/1.1.0-rc.1')).text, /since <a[^>]*>1\.0\.0</)
  assert.match((await get('/plugins/core/check-tcp/1.0.0')).text, /It is the first version/)
})

test('a version that is no longer offered says so with the reasons, and of a quarantined one there is nothing to fetch, follow or read', async (t) => {
  const { registry, get } = await pagesOf(t)
  await registry.publish('check-tcp', { state: 'yanked', reason: 'crashes', deprecated: 'use check-http' })
  const wish = { version: '1.1.0', state: 'quarantined', reason: 'malware inside' } as const
  const words = {
    readme: 'run this',
    changelog: 'run that',
    homepage: 'https://evil.example/',
    source: 'https://evil.example/',
  }
  await registry.publish('check-tcp', { ...wish, manifest: words })
  const yanked = (await get('/plugins/core/check-tcp/1.0.0')).text
  assert.match(yanked, /<strong>1\.0\.0 is yanked<\/strong> \([^)]+\): crashes/)
  assert.match(yanked, /<strong>1\.0\.0 is deprecated:<\/strong> use check-http/)
  assert.match(yanked, /href="\/repos\/core\/check-tcp\/1\.0\.0\/release\.sigstore\.json"/)
  const quarantined = (await get('/plugins/core/check-tcp/1.1.0')).text
  assert.match(quarantined, /<strong>1\.1\.0 is quarantined<\/strong> \([^)]+\): malware inside/)
  for (const text of [yanked, quarantined]) assert.doesNotMatch(text, /id="use"/)
  assert.doesNotMatch(quarantined, /href="\/repos\/core\/check-tcp\/1\.1\.0\/|evil\.example|run th/)
  assert.match((await get('/plugins/core/check-tcp')).text, /No version of it is offered for new installs/)
})

test('a repo page says whose keys count, which are revoked, and how it is added', async (t) => {
  const { registry, get } = await pagesOf(t)
  await registry.publish('check-tcp')
  const [key, revoked] = [await admitKey(registry), await admitKey(registry)]
  const entry = { at: 86_400_000, actor: 'operator', action: 'key-revoke', subject: 'core' } as const
  await registry.metadata.repos.revokeKey(CORE, revoked.id, () => ({ revokedAt: 86_400_000, audit: entry }))
  const { text } = await get('/plugins/core')
  requirePlainPage(text)
  assert.ok(text.includes(`octo add https://plugins.example.com/repos/core.yaml --key ${publicKeyLine(key)}</pre>`))
  assert.ok(text.includes(`keys:\n        - ${publicKeyLine(key)}</pre>`))
  assert.ok(text.includes(key.id) && text.includes(revoked.id))
  assert.ok(!text.includes(publicKeyLine(revoked)))
  assert.match(text, /revoked <time datetime="1970-01-02T00:00:00\.000Z"/)
  assert.match(text, /href="\/plugins\/core\/check-tcp"/)
  assert.match((await get('/')).text, /<a href="\/plugins\/core">core<\/a>/)
})

test('search finds plugins by the beginning of a word and keeps what was typed', async (t) => {
  const { registry, get, index } = await pagesOf(t)
  await registry.publish('check-tcp')
  await registry.publish('other', { manifest: { description: 'Something else' } })
  index('check-tcp', 'Checks that a TCP port answers')
  const { text } = await get('/search?q=answ')
  assert.match(text, /core\/check-tcp/)
  assert.ok(!text.includes('core/other'))
  assert.match(text, /value="answ"/)
  assert.match((await get('/search?q=nothing-like-it')).text, /Nothing fits/)
})

test('pages carry a policy that runs no script and lets nobody frame them', async (t) => {
  const { registry, get } = await pagesOf(t)
  await registry.publish('check-tcp')
  for (const path of [
    '/',
    '/search?q=',
    '/plugins/core',
    '/plugins/core/check-tcp',
    '/plugins/core/check-tcp/1.0.0',
    '/plugins/core/nope',
  ]) {
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
  const { registry, get } = await pagesOf(t)
  await registry.publish('check-tcp')
  for (const path of [
    '/plugins/core/nope',
    '/plugins/core/nope/1.0.0',
    '/plugins/core/check-tcp/1.0.9',
    '/plugins/core/check-tcp/v1.0.0',
    '/plugins/nope',
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
  assert.match(text, /<th scope="row"><a [^>]*>1\.59\.0<\/a><\/th>/)
  assert.ok(!text.includes('>1.9.0<'))
})

test('below a path of a shared host every link of every page begins with that path', async (t) => {
  const { registry, get } = await pagesOf(t, { baseUrl: 'https://example.com/octo' })
  await registry.publish('check-tcp', { manifest: { readme: 'How' } })
  for (const path of [
    '/',
    '/search?q=check',
    '/plugins/core',
    '/plugins/core/check-tcp',
    '/plugins/core/check-tcp/1.0.0',
    '/plugins/core/nothing',
  ]) {
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
  const { registry, get, index } = await pagesOf(t)
  const deceiving = ['\u202e', '\u2066', '\u200f', '\u061c', '\u200b', '\ufeff', '\u{e0041}']
  await registry.publish('check-tcp', {
    manifest: { description: `safe${deceiving.join('')}gnihton`, readme: `one\n\ttwo${deceiving.join('')}` },
  })
  index('check-tcp', `safe${deceiving.join('')}`)
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
  assert.match((await get('/plugins/core/check-tcp')).text, /one\ntwo\\u\{202e\}/)
})

test('what is missing is not remembered by caches', async (t) => {
  const { get } = await pagesOf(t)
  assert.equal((await get('/plugins/core/nothing')).headers.get('cache-control'), 'no-store')
})
