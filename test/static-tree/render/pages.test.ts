// A plugin document never outgrows its readers: its oldest versions move to pages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { LIMITS } from '../../../schemas/limits.ts'
import type { PluginDocument } from '../../../schemas/plugin-document.ts'
import { parsePluginDocument, pluginDocumentShape } from '../../../schemas/plugin-document.ts'
import { pageListing, withPage } from '../../../schemas/plugin-pages.ts'
import { newestFirst } from '../../../schemas/version.ts'
import { parseBaseUrl } from '../../../static-tree/base-url.ts'
import type { PluginRecord, TreeFile } from '../../../static-tree/record.ts'
import { renderPlugin } from '../../../static-tree/render/plugin.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { aName, aVersion } from '../../support/builders/names.ts'
import { aPlugin } from '../../support/builders/plugin-record.ts'

const base = parseBaseUrl('https://plugins.example.com')
const SYSTEMS = 'linux darwin windows freebsd openbsd netbsd'.split(' ')
const PLATFORMS = SYSTEMS.flatMap((os) => ['amd64', 'arm64', '386', 'arm'].map((cpu) => `${os}_${cpu}`))

/** Versions in an order that is not that of their precedence. */
function aLargePlugin(count: number, change: (index: number) => object = () => ({})): PluginRecord {
  const versions = Array.from({ length: count }, (_none, index) => {
    const at = (index * 7919) % count
    return {
      version: `1.${at}.0${at % 9 === 4 ? '-rc.1' : ''}`,
      platforms: PLATFORMS.slice(0, 1 + (at % 24)),
      ...change(at),
    }
  })
  return aPlugin('check-tcp', versions, count)
}

function read(files: readonly TreeFile[]) {
  const text = (path: string) => files.find((file) => file.path === path)?.bytes ?? assert.fail(path)
  const main = parsePluginDocument(text('repos/core/check-tcp.json'), 'main')
  const pageText = (page: number) => text(`repos/core/check-tcp/_/${page}.json`)
  const whole = (main.pages ?? []).reduce<PluginDocument>(
    (document, page) => withPage(document, page, pageText(page.page), `page ${page.page}`),
    main,
  )
  return { main, whole, pageText, text }
}

const versionsOf = ({ versions }: PluginDocument) => versions.map(({ version }) => version)

for (const [count, budget] of [
  [1, 1],
  [2, 1],
  [7, 2_000],
  [400, 20_000],
  [400, 100_000],
  [100, 100_000_000],
] as const)
  test(`${count} versions in documents of ${budget} bytes are all listed, in order, in the newest place they fit`, () => {
    const record = aLargePlugin(count, (at) => (at % 5 === 0 ? { state: 'yanked', reason: `bad ${at}` } : {}))
    const files = renderPlugin(record, base, budget)
    const { main, whole, text } = read(files)
    assert.deepEqual(
      versionsOf(whole),
      newestFirst(record.releases).map(({ version }) => version),
    )
    assert.deepEqual(whole.versions, read(renderPlugin(record, base, Number.MAX_SAFE_INTEGER)).whole.versions)
    const listed = main.versions.reduce((sum, version) => sum + Buffer.byteLength(JSON.stringify(version)), 0)
    assert.ok(listed <= budget || main.versions.length === 1, `${listed} of ${budget}`)
    for (const { size, versions } of main.pages ?? []) assert.ok(size <= budget || versions === 1)
    assert.equal(files.length, 2 + (main.pages?.length ?? 0))
    assert.deepEqual(parse(text('repos/core/check-tcp.yaml')).octo, JSON.parse(text('repos/core/check-tcp.json')))
    for (const version of versionsOf(whole)) {
      const isShown = versionsOf(main).includes(version)
      assert.equal(pageListing(main, version) === undefined, isShown, version)
    }
  })

test('a reader that knows no pages reads the newest versions', () => {
  const { text, main } = read(renderPlugin(aLargePlugin(100), base, 10_000))
  const older = pluginDocumentShape.omit({ pages: true }).parse(JSON.parse(text('repos/core/check-tcp.json')))
  assert.deepEqual(older.versions, main.versions)
  assert.ok(versionsOf(main).includes(aVersion('1.99.0')))
})

test('one version more changes no page that is full, and most add none', () => {
  let before: readonly TreeFile[] = []
  let moves = 0
  for (let count = 100; count < 160; count++) {
    const versions = Array.from({ length: count }, (_none, at) => ({ version: `1.${at}.0` }))
    const files = renderPlugin(aPlugin('check-tcp', versions), base, 10_000).slice(0, -2)
    assert.deepEqual(files.slice(0, before.length), before)
    moves += files.length - before.length > 0 ? 1 : 0
    before = files
  }
  assert.ok(moves > 1 && moves < 20, String(moves))
})

test('the largest plugin that is admitted has documents that are read', () => {
  const version = { deprecated: '€'.repeat(500), reason: '€'.repeat(500), state: 'yanked' as const }
  const record = aPlugin('check-tcp', [
    ...Array.from({ length: 3000 }, (_none, at) => ({ version: `1.${at}.0`, platforms: PLATFORMS, ...version })),
  ])
  const { main, whole, text } = read(renderPlugin(record, base))
  assert.equal(whole.versions.length, 3000)
  assert.ok(main.pages?.every(({ size }) => size <= LIMITS.pluginPageBytes))
  assert.ok(Buffer.byteLength(text('repos/core/check-tcp.json')) < LIMITS.pluginDocumentBytes / 2)
  const bytesOfPage = JSON.stringify(main.pages?.[0]).length + 150
  assert.ok(bytesOfPage * LIMITS.pagesPerPlugin + LIMITS.pluginDocumentBudget < LIMITS.pluginDocumentBytes)
})

test('a page that is another one than its document names is refused', () => {
  const { main, pageText } = read(renderPlugin(aLargePlugin(100), base, 10_000))
  const [page] = main.pages ?? []
  if (!page) return assert.fail('no page')
  expectCode('DOCUMENT_MISMATCH', () => withPage(main, page, pageText(page.page - 1), 'page'))
  expectCode('DOCUMENT_MISMATCH', () => withPage(main, page, pageText(page.page).replace('active', 'yanked'), 'page'))
  const other = { ...main, plugin: aName('other') }
  expectCode('DOCUMENT_MISMATCH', () => withPage(other, page, pageText(page.page), 'page'))
})
