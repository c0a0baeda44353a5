// `octo config outdated` and `octo config upgrade`, as they are typed.
import assert from 'node:assert/strict'
import { chmodSync, lstatSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { DOCUMENT, keyPathOf, signatureBy } from '../../../support/builders/signed-documents.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { octoIn } from '../../../support/octo/in-process-octo.ts'
import type { Served } from '../../../support/peers/document-server.ts'
import { aDocumentServer } from '../../../support/peers/document-server.ts'

const TAGS = ['v3.0.0', 'v2.1.0', 'v2.0.0', 'v1.4.0', 'v1.2.0', 'nightly']
const releases = (tags: readonly string[]) =>
  JSON.stringify([
    { tag_name: 'v9.0.0', draft: true, prerelease: false, body: 'x' },
    { tag_name: 'v8.0.0', draft: false, prerelease: true },
    ...tags.map((tag_name) => ({ tag_name, draft: false, prerelease: false, author: { login: 'a' } })),
  ])
const LIST = '/api/v3/repos/acme/shop/releases?per_page=100&page=1'
const at = (tag: string) => `/acme/shop/releases/download/${tag}/all.yaml`
const health = (port: number) => `services: {web: {health: [{tool: check-tcp, args: {port: ${port}}}]}}\n`

async function aProject(t: TestContext, more: Record<string, Served> = {}) {
  const documents: Record<string, Served> = {
    [LIST]: { text: releases(TAGS) },
    ...Object.fromEntries(TAGS.map((tag, index) => [at(tag), { text: health(9000 - index) }])),
    ...more,
  }
  const server = await aDocumentServer(t, documents)
  const folder = tempFolder(t)
  const file = join(folder, 'octo.yaml')
  const config = (tag: string) =>
    `# our shop\ninclude:\n  # follows its releases\n  - url: "${server.url}${at(tag)}"   # by us\n    versions: {format: github}\nname:   shop\n`
  writeFileSync(file, config('v1.2.0'))
  const octo = (...words: string[]) => octoIn({ cwd: folder }, ['config', ...words])
  return { ...server, documents, folder, file, config, octo, text: () => readFileSync(file, 'utf8') }
}

test('a newer version is listed with the next step and the newest, drafts and prereleases aside', async (t) => {
  const { octo, url, config, file } = await aProject(t)
  const { code, stdout } = await octo('outdated', '--json')
  assert.equal(code, 1)
  const row = { document: `${url}${at('v1.2.0')}`, current: '1.2.0', next: '1.4.0', newest: '3.0.0' }
  assert.deepEqual(JSON.parse(stdout), { documents: [row] })
  assert.match((await octo('outdated')).stdout, /1\.2\.0 +1\.4\.0 +3\.0\.0/)
  writeFileSync(file, config('v3.0.0'))
  const newest = await octo('outdated')
  assert.deepEqual([newest.code, newest.stdout], [0, ''])
  assert.match(newest.stderr, /nothing newer: 1 document with `versions`/)
})

test('an upgrade shows what changes, writes one step, and leaves all else of the file as it was', async (t) => {
  const { octo, url, config, text } = await aProject(t)
  const dry = await octo('upgrade', '--dry-run')
  assert.deepEqual(dry, {
    code: 0,
    stdout: `${url}${at('v1.2.0')}: 1.2.0 → 1.4.0
- include.0.url: ${url}${at('v1.2.0')}
+ include.0.url: ${url}${at('v1.4.0')}
- services.web.health.0.args.port: 8996
+ services.web.health.0.args.port: 8997
`,
    stderr: 'nothing was written\n',
  })
  assert.equal(text(), config('v1.2.0'))

  for (const [tag, isLast] of [
    ['v1.4.0', false],
    ['v2.1.0', false],
    ['v3.0.0', true],
  ] as const) {
    const { code, stderr } = await octo('upgrade', '--yes')
    assert.equal(code, 0, stderr)
    assert.equal(text(), config(tag))
    assert.equal(/there are newer versions: start the services with this step first/.test(stderr), !isLast)
  }
  assert.equal((await octo('upgrade', '--yes')).stdout, 'nothing newer\n')
})

test('nothing is written where nobody said yes, and nothing that cannot be used', async (t) => {
  const { octo, text, config, documents } = await aProject(t)
  const asked = await octo('upgrade')
  assert.equal(asked.code, 64)
  assert.match(asked.stderr, /nobody can be asked[\s\S]*octo config upgrade --dry-run/)
  documents[at('v1.4.0')] = { text: 'services: {web: {health: [{tool: [}]}}\n' }
  assert.notEqual((await octo('upgrade', '--yes')).code, 0)
  delete documents[at('v1.4.0')]
  const gone = await octo('upgrade', '--yes')
  assert.equal(gone.code, 78)
  assert.match(gone.stderr, /there is no config at/)
  assert.equal(text(), config('v1.2.0'))
})

test('a document that has to be signed is stepped to with its signature alone', async (t) => {
  const { octo, text, config, url, folder } = await aProject(t)
  const consent = ['--yes', '--fingerprint', '99C540DFE9BEA0ABAF6753B871F2538A05EFCF2C']
  const { code } = await octoIn({ cwd: folder }, [
    'trust',
    'add',
    keyPathOf('good'),
    `${url}${at('v1.4.0')}`,
    ...consent,
  ])
  assert.equal(code, 0)
  const refused = await octo('upgrade', '--yes')
  assert.equal(refused.code, 76)
  assert.match(refused.stderr, /SIGNATURE_MISSING/)
  assert.equal(text(), config('v1.2.0'))
})

test('no step leads from a document that has to be signed to one that nobody has to sign', async (t) => {
  const { octo, text, config, url, folder } = await aProject(t, {
    [at('v1.2.0')]: { text: DOCUMENT },
    [`${at('v1.2.0')}.asc`]: { text: signatureBy('good') },
  })
  const consent = ['--yes', '--fingerprint', '99C540DFE9BEA0ABAF6753B871F2538A05EFCF2C']
  const trust = (address: string) => octoIn({ cwd: folder }, ['trust', 'add', keyPathOf('good'), address, ...consent])
  const trusted = await trust(`${url}${at('v1.2.0')}`)
  assert.equal(trusted.code, 0, trusted.stderr)
  const refused = await octo('upgrade', '--yes')
  assert.match(refused.stderr, /KEYRING_EMPTY[\s\S]*v1\.4\.0[\s\S]*octo trust add/)
  assert.notEqual(refused.code, 0)
  assert.equal(text(), config('v1.2.0'))
  assert.equal((await trust(`${url}/acme/shop/`)).code, 0)
  assert.match((await octo('upgrade', '--yes')).stderr, /SIGNATURE_MISSING/)
})

test('an address in which the version cannot be found again is left alone', async (t) => {
  const { octo, file, url } = await aProject(t, { [at('v1%2E2.0')]: { text: health(1) } })
  const text = `include: [{url: "${url}${at('v1%2E2.0')}", versions: github}]\n`
  writeFileSync(file, text)
  const refused = await octo('upgrade', '--yes')
  assert.equal(refused.code, 78)
  assert.match(refused.stderr, /cannot be changed to `1\.4\.0` by octo/)
  assert.equal(readFileSync(file, 'utf8'), text)
})

test('a link stays a link, and a file keeps its mode', async (t) => {
  const { octo, folder, file, config } = await aProject(t)
  const real = join(folder, 'real.yaml')
  renameSync(file, real)
  chmodSync(real, 0o640)
  symlinkSync('real.yaml', file)
  assert.equal((await octo('upgrade', '--yes')).code, 0)
  assert.ok(lstatSync(file).isSymbolicLink())
  assert.equal(readFileSync(real, 'utf8'), config('v1.4.0'))
  assert.equal(statSync(real).mode & 0o777, 0o640)
})

test('releases are read page by page until the one that is used', async (t) => {
  const many = Array.from({ length: 98 }, (_, index) => `v3.0.${98 - index}`)
  const { octo, asked } = await aProject(t, {
    [LIST]: { text: releases(many) },
    [LIST.replace('&page=1', '&page=2')]: { text: releases(TAGS) },
  })
  const listed = await octo('outdated', '--json')
  assert.equal(listed.stderr, '')
  const [row] = JSON.parse(listed.stdout).documents
  assert.deepEqual([row.next, row.newest], ['1.4.0', '3.0.98'])
  assert.deepEqual(asked, [LIST, LIST.replace('&page=1', '&page=2')])
})

const platform = { file: 'a', digest: `sha256:${'0'.repeat(64)}`, size: 1, format: 'raw' }
const version = (number: string, state = 'active') => ({
  ...{ version: number, publishedAt: '2026-01-01T00:00:00Z', state },
  ...{ bundle: { digest: platform.digest, size: 1 }, platforms: { any: platform } },
})

const plugin = {
  ...{ format: 'octo.plugin/v1', repo: 'core', plugin: 'shop', serial: 3, kind: 'service', description: 'a shop' },
}

test('a document in a registry of octo is followed by the plugin that it is an artifact of', async (t) => {
  const versions = [version('2.0.0', 'yanked'), version('1.1.0'), version('1.0.0')]
  const { octo, file, url, text } = await aProject(t, {
    '/repos/core/shop.json': { text: JSON.stringify({ ...plugin, versions }) },
    '/repos/core/shop/1.0.0/shop_1.0.0_any.yaml': { text: health(1) },
    '/repos/core/shop/1.1.0/shop_1.1.0_any.yaml': { text: health(2) },
  })
  const config = (at: string) =>
    `include: [{url: "${url}/repos/core/shop/${at}/shop_${at}_any.yaml", versions: octo}]\n`
  writeFileSync(file, config('1.0.0'))
  const { code, stderr } = await octo('upgrade', '--yes')
  assert.equal(code, 0, stderr)
  assert.equal(text(), config('1.1.0'))
})

const refusals: readonly (readonly [what: string, include: string, code: number, says: RegExp])[] = [
  [
    'an address without a version',
    '{url: "URL/main/all.yaml", versions: {format: github}}',
    78,
    /needs an address that holds a version/,
  ],
  [
    'an address that names no repository',
    '{url: "URL/v1.0.0/all.yaml", versions: github}',
    78,
    /does not say where its versions are listed/,
  ],
  [
    'another format',
    '{url: "URL/v1.0.0/all.yaml", versions: {format: gitlab}}',
    78,
    /`\{format: github\}` or `\{format: octo\}`/,
  ],
  [
    'a list that is not there',
    '{url: "URL/v1.0.0/all.yaml", versions: {format: github, url: "URL/none"}}',
    66,
    /no list of versions/,
  ],
  [
    'a list that is none',
    '{url: "URL/v1.0.0/all.yaml", versions: {format: github, url: "URL/text"}}',
    65,
    /JSON_INVALID|FORMAT_INVALID/,
  ],
  [
    'a list that is for others',
    '{url: "URL/v1.0.0/all.yaml", versions: {format: github, url: "URL/secret"}}',
    69,
    /FETCH_REFUSED.*403/,
  ],
  [
    'an address that is none of a registry',
    '{url: "URL/v1.0.0/all.yaml", versions: octo}',
    78,
    /does not say where its versions are listed[\s\S]*HOST\/repos\/REPO\/PLUGIN\.json/,
  ],
  [
    'a version that is older than all that the first page of a registry lists',
    '{url: "URL/repos/core/shop/1.0.0/all.yaml", versions: octo}',
    66,
    /is older than the versions that .* lists[\s\S]*oldest +2\.0\.0/,
  ],
]

for (const [what, include, code, says] of refusals)
  test(`refuses ${what}`, async (t) => {
    const page = { page: 1, digest: platform.digest, size: 1, versions: 2, newest: '1.1.0', oldest: '1.0.0' }
    const { octo, file, url } = await aProject(t, {
      '/text?per_page=100&page=1': { text: '{"a": 1}' },
      '/secret?per_page=100&page=1': { status: 403 },
      '/repos/core/shop.json': { text: JSON.stringify({ ...plugin, versions: [version('2.0.0')], pages: [page] }) },
    })
    writeFileSync(file, `include: [${include.replaceAll('URL', url)}]\n`)
    const refused = await octo('outdated')
    assert.deepEqual([refused.code, refused.stdout], [code, ''])
    assert.match(refused.stderr, says)
  })
