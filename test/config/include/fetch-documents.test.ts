// Fetched documents of a config: each is asked for once, again only when it changed, and not at all without network.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { ageInWords } from '../../../config/include/document-copies.ts'
import { openFetcher } from '../../../config/include/fetch-documents.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { loadConfig } from '../../support/builders/read-configs.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import type { Served } from '../../support/peers/document-server.ts'
import { aDocumentServer } from '../../support/peers/document-server.ts'

async function aProject(t: TestContext, documents: Record<string, Served>) {
  const folder = tempFolder(t)
  const server = await aDocumentServer(t, documents)
  writeFileSync(join(folder, 'octo.yaml'), `include: ["${server.url}/a.yaml?x=1"]\n`)
  const copies = join(folder, 'copies')
  const load = (more: { offline?: boolean } = {}) =>
    loadConfig({ paths: ['octo.yaml'], cwd: folder, env: {}, copiesFolder: () => copies, ...more })
  return { ...server, folder, copies, load }
}

const A = '/a.yaml?x=1'

test('a document that did not change is not sent again, and one that did is', async (t) => {
  const documents = { [A]: { text: 'services: {one: {image: x}}\n', etag: '"1"' } }
  const { asked, load } = await aProject(t, documents)
  assert.equal((await load()).services[0]?.name, 'one')
  assert.equal((await load()).services[0]?.name, 'one')
  documents[A] = { text: 'services: {two: {image: x}}\n', etag: '"2"' }
  assert.equal((await load()).services[0]?.name, 'two')
  assert.equal((await load()).services[0]?.name, 'two')
  assert.deepEqual(asked, [A, `${A} unless "1"`, `${A} unless "1"`, `${A} unless "2"`])
})

test('a document that several others include is fetched once in a run', async (t) => {
  const inner = { text: 'services: {inner: {image: x}}\n' }
  const outer = { text: 'include: [c.yaml]\n' }
  const { url, asked, folder, load } = await aProject(t, { '/a.yaml': outer, '/b.yaml': outer, '/c.yaml': inner })
  writeFileSync(join(folder, 'octo.yaml'), `include: ["${url}/a.yaml", "${url}/b.yaml", "${url}/c.yaml#x"]\n`)
  await load()
  assert.deepEqual(asked, ['/a.yaml', '/c.yaml', '/b.yaml'])
})

test('without network a copy does, with its age, and opens no connection', async (t) => {
  for (const etag of ['"1"', undefined]) {
    const { asked, load, url } = await aProject(t, {
      [A]: { text: 'services: {one: {image: x}}\n', ...(etag ? { etag } : {}) },
    })
    const error = await expectCodeAsync('OFFLINE', () => load({ offline: true }))
    assert.match(error.hint ?? '', /`octo config show` once with network/)
    await load()
    const config = await load({ offline: true })
    assert.equal(config.services[0]?.name, 'one')
    assert.deepEqual(config.warnings, [
      {
        file: `${url}/a.yaml`,
        message: `\`${url}/a.yaml\` is a copy that was fetched 1 minute ago, as the network is not allowed`,
      },
    ])
    assert.equal(asked.length, 1)
  }
})

test('a server that is down leaves the copy, and one that refuses does not', async (t) => {
  const documents: Record<string, Served> = { [A]: { text: 'services: {one: {image: x}}\n', etag: '"1"' } }
  const { load, stop } = await aProject(t, documents)
  await load()
  documents[A] = { text: '', status: 404 }
  await expectCodeAsync('CONFIG_NOT_FOUND', () => load())
  documents[A] = { text: '', status: 403 }
  await expectCodeAsync('FETCH_REFUSED', () => load())
  documents[A] = { text: '', status: 503 }
  assert.match((await load()).warnings[0]?.message ?? '', /as the server cannot be reached$/)
  await stop()
  const config = await load()
  assert.equal(config.services[0]?.name, 'one')
  assert.match(config.warnings[0]?.message ?? '', /is a copy that was fetched .* ago, as the server cannot be reached$/)
})

test('copies are for their user alone', async (t) => {
  const { copies, load } = await aProject(t, { [A]: { text: 'services: {one: {image: x}}\n', etag: '"1"' } })
  const umask = process.umask(0)
  t.after(() => process.umask(umask))
  await load()
  const [name = '', ...others] = readdirSync(copies)
  assert.deepEqual(others, [])
  assert.match(name, /^[0-9a-f]{64}\.json$/)
  assert.deepEqual([statSync(copies).mode & 0o777, statSync(join(copies, name)).mode & 0o777], [0o700, 0o600])
})

const spoiled: readonly (readonly [says: string, spoil: (file: string, copies: string) => void])[] = [
  ['whose text was changed', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('{one:', '{two:'))],
  ['of another address', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('/a.yaml', '/b.yaml'))],
  ['of another format', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('copy/v1', 'copy/v2'))],
  ['that is cut', (file) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, -5))],
  ['that is empty', (file) => writeFileSync(file, '')],
  ['without a time', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/"at":\d+/, '"at":"x"'))],
  ['without a text', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/"text":"[^"]*"/, '"text":1'))],
  ['that is no map', (file) => writeFileSync(file, '[]')],
  ['that others can change', (file) => chmodSync(file, 0o666)],
  ['in a folder that others can change', (_, copies) => chmodSync(copies, 0o777)],
  ['below a folder that others can change', (_, copies) => chmodSync(join(copies, '..'), 0o777)],
  ['in a folder that others can look into', (_, copies) => chmodSync(copies, 0o755)],
]

for (const [says, spoil] of spoiled)
  test(`a copy ${says} is none`, { skip: process.platform === 'win32' }, async (t) => {
    const { asked, copies, load } = await aProject(t, { [A]: { text: 'services: {one: {image: x}}\n', etag: '"1"' } })
    await load()
    const [name = ''] = readdirSync(copies)
    spoil(join(copies, name), copies)
    await expectCodeAsync('OFFLINE', () => load({ offline: true }))
    assert.equal((await load()).services[0]?.name, 'one')
    assert.deepEqual(asked, [A, A], 'it is asked for without a condition')
  })

for (const [where, open] of [
  ['that others can look into', (copies: string) => chmodSync(copies, 0o755)],
  ['below one that others can change', (copies: string) => chmodSync(join(copies, '..'), 0o777)],
] as const)
  test(`no copy is kept in a folder ${where}`, { skip: process.platform === 'win32' }, async (t) => {
    const { copies, load } = await aProject(t, { [A]: { text: 'services: {one: {image: x}}\n', etag: '"1"' } })
    mkdirSync(copies, { mode: 0o700 })
    open(copies)
    assert.equal((await load()).services[0]?.name, 'one')
    assert.deepEqual(readdirSync(copies), [])
  })

test('who compares is given no copy for what the server says now, and no answer for what was never kept', async (t) => {
  const { asked, copies, url, load, stop } = await aProject(t, { [A]: { text: 'services: {}\n' } })
  const sided = async (side: 'last' | 'now'): Promise<unknown> => {
    using fetcher = openFetcher({ env: {}, offline: false, side, copiesFolder: () => copies })
    return await fetcher.fetchText(`${url}${A}`, 1000)
  }
  await expectCodeAsync('CONFIG_NOT_FOUND', () => sided('last'))
  assert.deepEqual(asked, [])
  await load()
  assert.deepEqual(await sided('last'), { text: 'services: {}\n' })
  await stop()
  await expectCodeAsync('FETCH_FAILED', () => sided('now'))
})

test('documents that together take longer than they may are not asked for any more', async (t) => {
  const { asked, url } = await aProject(t, { [A]: { text: 'services: {}\n' } })
  const { now } = performance
  // It stands in the prototype.
  t.after(() => Reflect.deleteProperty(performance, 'now'))
  using fetcher = openFetcher({ env: {}, offline: false })
  performance.now = () => now.call(performance) + 180_000
  const { message } = await expectCodeAsync(
    'LIMIT_EXCEEDED',
    () => fetcher.fetchText(`${url}${A}`, 1000) as Promise<unknown>,
  )
  assert.match(message, /did not come within 3 min/)
  assert.deepEqual(asked, [])
})

test('a copy of more than a day is confirmed by nobody, and still does without network', async (t) => {
  const { asked, copies, url } = await aProject(t, { [A]: { text: 'services: {one: {image: x}}\n', etag: '"1"' } })
  let now = 1_800_000_000_000
  const fetchOne = async (offline: boolean) => {
    using fetcher = openFetcher({ env: {}, offline, copiesFolder: () => copies, now: () => now })
    const found = await fetcher.fetchText(`${url}${A}`, 1000)
    if (typeof found === 'string') return { text: found }
    const { keep, ...rest } = found
    keep?.()
    return rest
  }
  assert.deepEqual(await fetchOne(false), { text: 'services: {one: {image: x}}\n' })
  now += 3 * 86_400_000
  assert.deepEqual(await fetchOne(true), {
    text: 'services: {one: {image: x}}\n',
    warning: 'is a copy that was fetched 3 days ago, as the network is not allowed',
  })
  assert.deepEqual(await fetchOne(false), { text: 'services: {one: {image: x}}\n' })
  assert.deepEqual(asked, [A, A])
})

test('ages are said roughly', () => {
  const ages = [0, 90_000, 3_540_000, 3_600_000, 86_400_000, 172_800_000, 30 * 86_400_000]
  assert.deepEqual(ages.map(ageInWords), [
    '1 minute',
    '2 minutes',
    '59 minutes',
    '1 hour',
    '24 hours',
    '2 days',
    '30 days',
  ])
})
