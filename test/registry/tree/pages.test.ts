// Pages of plugins with very many versions, in the tree of a registry: written, found missing, and taken away again.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspectTree } from '../../../registry/tree/tree.ts'
import { parsePluginDocument } from '../../../schemas/plugin-document.ts'
import { withPage } from '../../../schemas/plugin-pages.ts'
import { TreeRegistry } from '../../support/registry/tree-registry.ts'

const LIMITS = { documentBytes: 1500 }
/** For three pages and more within these bytes. */
const VERSIONS = 20
const BASE = 'https://plugins.example.com'

async function aScene(count = VERSIONS) {
  const registry = await TreeRegistry.create()
  registry.addRepo()
  for (let at = 0; at < count; at++) await registry.publish('check-tcp', { version: `1.${at}.0`, platforms: ['any'] })
  const tree = await registry.openTree(BASE, LIMITS)
  const at = (path: string) => join(registry.root, path)
  const main = async () => {
    const path = at('repos/core/check-tcp.json')
    return parsePluginDocument(await readFile(path, 'utf8'), path)
  }
  const whole = async () => {
    let document = await main()
    for (const page of document.pages ?? []) {
      const text = await readFile(at(`repos/core/check-tcp/_/${page.page}.json`), 'utf8')
      document = withPage(document, page, text, 'page')
    }
    return document
  }
  return { registry, tree, at, main, whole, page: at('repos/core/check-tcp/_/1.json') }
}

test('a registry writes the pages of a large plugin, with their variants, and its own look finds nothing wrong', async () => {
  const { registry, tree, main, whole, page } = await aScene()
  await using _registry = registry
  assert.ok(((await main()).pages?.length ?? 0) >= 3)
  assert.equal((await whole()).versions.length, VERSIONS)
  assert.ok(existsSync(`${page}.gz`) && existsSync(`${page}.br`))
  await tree.close()
  assert.equal((await inspectTree(await registry.treeDeps(BASE, LIMITS))).problems, 0)
})

test('a yank of an old version changes its page and the document that names it', async () => {
  const { registry, tree, main, whole } = await aScene()
  await using _registry = registry
  const before = await main()
  registry.setState('check-tcp', '1.0.0', 'yanked', 'bad')
  await tree.drain()
  assert.equal((await whole()).versions.at(-1)?.state, 'yanked')
  const changed = (await main()).pages?.filter(({ digest }, index) => before.pages?.[index]?.digest !== digest)
  assert.deepEqual(
    changed?.map(({ page }) => page),
    [1],
  )
  await tree.close()
})

const DAMAGES: Readonly<Record<string, (page: string) => Promise<unknown>>> = {
  'is missing': (page) => rm(page),
  'lacks a variant': (page) => rm(`${page}.gz`),
  'is empty': (page) => writeFile(page, ''),
}

for (const depth of ['shallow', 'quick', 'deep'] as const)
  test(`a ${depth} look finds and repairs a damaged page`, async (t) => {
    const { registry, tree, whole, page } = await aScene()
    await using _registry = registry
    for (const [what, damage] of Object.entries(DAMAGES))
      await t.test(`that ${what}`, async () => {
        await damage(page)
        const { problems } = await tree.reconcile({ depth, repair: true })
        assert.ok(problems > 0)
        assert.equal((await whole()).versions.length, VERSIONS)
        assert.equal((await tree.reconcile({ depth, repair: false })).problems, 0)
        // Nothing of this damage is left for the next one.
        assert.equal((await tree.reconcile({ depth: 'deep', repair: false })).problems, 0)
      })
    await tree.close()
  })

test('what stands among the pages and is none goes, and all of them where none is needed any more', async () => {
  const { registry, tree, at, whole } = await aScene()
  await using _registry = registry
  await writeFile(at('repos/core/check-tcp/_/77.json'), '{}')
  await writeFile(at('repos/core/check-tcp/_/x'), '')
  const { extra } = await tree.reconcile({ depth: 'deep', repair: true })
  assert.equal(extra, 2)
  await tree.close()
  const roomy = await registry.openTree(BASE)
  await roomy.reconcile({ depth: 'quick', repair: true })
  assert.equal(existsSync(at('repos/core/check-tcp/_/1.json')), false)
  assert.deepEqual([(await whole()).pages, (await whole()).versions.length], [undefined, VERSIONS])
  await roomy.close()
})
