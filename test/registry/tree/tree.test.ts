import assert from 'node:assert/strict'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { outboxOf } from '../../../registry/db/sqlite/outbox.ts'
import { outbox } from '../../../registry/db/sqlite/tables.ts'
import { inspectTree, openTree } from '../../../registry/tree/tree.ts'
import { hexOf } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import { parsePluginDocument } from '../../../schemas/plugin-document.ts'
import { parseRepoDocument } from '../../../schemas/repo-document.ts'
import { aName, aPlatform } from '../../support/builders/names.ts'
import { contentOf } from '../../support/builders/plugin-record.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'
import { TreeRegistry } from '../../support/registry/tree-registry.ts'

test('a published version stands in the tree with bytes, checksums, bundle, documents and variants once drain returns', async () => {
  await using registry = await TreeRegistry.create({ bare: true })
  registry.addRepo()
  const tree = await registry.openTree()
  const release = await registry.publish('check-tcp', { platforms: ['linux_amd64'] })
  await tree.drain({ repo: aName('core'), plugin: aName('check-tcp') })
  const file = 'check-tcp_1.0.0_linux_amd64'
  const digests = [release.predicate.platforms[aPlatform('linux_amd64')]?.digest, release.bundle.digest]
  const variants = (path: string) => [path, `${path}.br`, `${path}.gz`]
  assert.deepEqual(
    [...filesBelow(registry.root)].sort(),
    [
      ...variants('.well-known/octo.json'),
      ...variants('schemas/octo.schema.json'),
      ...variants('schemas/plugin.schema.json'),
      ...digests.map((digest) => `blobs/sha256/${hexOf(digest as never)}`),
      ...variants('repos/core.json'),
      ...variants('repos/core.yaml'),
      ...variants('repos/core/check-tcp.json'),
      ...variants('repos/core/check-tcp.yaml'),
      `repos/core/check-tcp/1.0.0/${file}`,
      `repos/core/check-tcp/1.0.0/${file}.sha256`,
      'repos/core/check-tcp/1.0.0/release.sigstore.json',
    ].sort(),
  )
  assert.equal(await readFile(join(registry.root, 'repos/core/check-tcp/1.0.0', file), 'utf8'), contentOf(file))
  assert.equal((await stat(join(registry.root, 'repos/core/check-tcp/1.0.0', file))).nlink, 3)
  await tree.close()
  assert.deepEqual(await outboxOf(registry.db).take(10), [])
  assert.deepEqual(filesBelow(join(registry.dataDir, 'staging')), [])
})

test('a tree that is closed at any moment of its look-over writes nothing afterwards', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  await registry.publish('check-tcp')
  let isOver = false
  // Half as long again each time: on a slow disk a look-over takes thousands of turns.
  for (let turns = 0; !isOver; turns = Math.ceil(turns * 1.5) + 1) {
    const tree = await registry.openTree()
    const order: string[] = []
    const looked = tree.check().then(() => order.push('looked over'))
    for (let turn = 0; turn < turns; turn++) await setImmediate()
    isOver = order.length > 0
    await tree.close()
    order.push('closed')
    await looked
    assert.deepEqual(order, ['looked over', 'closed'], `closed after ${turns} turns`)
  }
})

test('the compressed variants say what the document says', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  await registry.publish('check-tcp')
  const tree = await registry.openTree()
  const path = join(registry.root, 'repos/core/check-tcp.json')
  const text = await readFile(path, 'utf8')
  assert.equal(gunzipSync(await readFile(`${path}.gz`)).toString(), text)
  assert.equal(brotliDecompressSync(await readFile(`${path}.br`)).toString(), text)
  await tree.close()
})

test('only what a change touches is written again', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  await registry.publish('check-tcp')
  await registry.publish('check-tcp', { version: '0.9.0' })
  await registry.publish('other')
  const tree = await registry.openTree()
  const changed: string[] = []
  tree.onChange((path) => changed.push(path))
  registry.setState('check-tcp', '0.9.0', 'yanked', 'old')
  await tree.drain()
  assert.deepEqual(changed.sort(), ['repos/core/check-tcp.json', 'repos/core/check-tcp.yaml'])
  await tree.close()
})

test('a quarantined version leaves the tree, but bytes that another release shares stay', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  const shared = (): string => 'the same bytes'
  const bad = await registry.publish('check-tcp', { platforms: ['linux_amd64'], content: shared })
  await registry.publish('check-tcp', { version: '1.1.0', platforms: ['linux_amd64'], content: shared })
  const tree = await registry.openTree()
  registry.setState('check-tcp', '1.0.0', 'quarantined', 'malware')
  await tree.drain()
  const files = filesBelow(registry.root)
  assert.ok(!files.some((path) => path.includes('/1.0.0/')))
  assert.ok(!files.includes(`blobs/sha256/${hexOf(bad.bundle.digest)}`))
  const artifact = bad.predicate.platforms[aPlatform('linux_amd64')]
  assert.ok(artifact && files.includes(`blobs/sha256/${hexOf(artifact.digest)}`))
  const document = parsePluginDocument(await readFile(join(registry.root, 'repos/core/check-tcp.json'), 'utf8'), 'x')
  assert.equal(document.versions.find(({ version }) => version === '1.0.0')?.reason, 'malware')

  registry.setState('check-tcp', '1.0.0', 'active')
  await tree.drain()
  assert.ok(filesBelow(registry.root).includes(`blobs/sha256/${hexOf(bad.bundle.digest)}`))
  await tree.close()
})

test('bytes of a quarantined version are taken away by the next publish, if the disk kept them at first', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  const bad = await registry.publish('a', { version: '1.0.0' })
  const tree = await registry.openTree()
  const blobs = join(registry.root, 'blobs/sha256')
  await rename(blobs, `${blobs}-aside`)
  await writeFile(blobs, 'in the way')
  registry.setState('a', '1.0.0', 'quarantined')
  await assert.rejects(tree.drain())
  // In one turn: a try of the tree's own that came in between would find nothing to take away, and be content.
  rmSync(blobs)
  renameSync(`${blobs}-aside`, blobs)
  await registry.publish('b', { version: '1.0.0' })
  await tree.drain()
  for (const { digest } of Object.values(bad.predicate.platforms)) assert(!existsSync(join(blobs, hexOf(digest))))
  await tree.close()
})

test('another base URL changes every YAML and no JSON', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  await registry.publish('check-tcp')
  const first = await registry.openTree('https://one.example')
  await first.check()
  await first.close()
  const json = await stat(join(registry.root, 'repos/core/check-tcp.json'))
  const second = await registry.openTree('https://two.example')
  await second.check()
  for (const path of ['repos/core.yaml', 'repos/core/check-tcp.yaml']) {
    const text = await readFile(join(registry.root, path), 'utf8')
    assert.ok(text.includes('https://two.example/') && !text.includes('one.example'), path)
  }
  assert.equal((await stat(join(registry.root, 'repos/core/check-tcp.json'))).ino, json.ino)
  await second.close()
})

test('the 257th plugin turns a repo into shards, and the next publish writes one of them', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  for (let index = 0; index < 255; index++) await registry.publish(`plugin-${index}`, { platforms: ['any'] })
  // Hundreds of documents of plugins are not what this is about: the repo is shown because of the next one.
  registry.db.delete(outbox).run()
  await registry.publish('plugin-255', { platforms: ['any'] })
  const tree = await registry.openTree()
  const read = async (path: string) =>
    parseRepoDocument(await readFile(join(registry.root, 'repos', path), 'utf8'), path)
  assert.equal((await read('core.json')).plugins?.length, 256)
  await registry.publish('one-more')
  await tree.drain()
  const { shards = [] } = await read('core.json')
  const all = await Promise.all(shards.map((shard) => read(`core/${shard}`)))
  assert.equal(all.flatMap(({ plugins }) => plugins ?? []).length, 257)

  const changed: string[] = []
  tree.onChange((path) => changed.push(path))
  await registry.publish('one-more', { version: '1.1.0' })
  await tree.drain()
  assert.equal(changed.filter((path) => path.startsWith('repos/core/_/')).length, 2)
  assert.ok(!changed.includes('repos/core.json'))
  await tree.close()
})

test('a plugin that cannot be shown keeps its outbox row and fails only those who wait for it', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  const tree = await registry.openTree()
  await registry.publish('too-long', { version: `1.0.0-${'a'.repeat(250)}` })
  await registry.publish('check-tcp')
  await tree.drain({ repo: aName('core'), plugin: aName('check-tcp') })
  await assert.rejects(tree.drain({ repo: aName('core'), plugin: aName('too-long') }))
  await tree.close()
  assert.deepEqual(
    (await outboxOf(registry.db).take(10)).map(({ plugin }) => plugin),
    ['too-long'],
  )
})

test('a publish is shown once its drain returns, whatever is shown meanwhile', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  const tree = await registry.openTree()
  await Promise.all(
    Array.from({ length: 20 }, async (_each, index) => {
      await registry.publish(`plugin-${index}`, { platforms: ['any'] })
      await tree.drain({ repo: aName('core'), plugin: aName(`plugin-${index}`) })
      await stat(join(registry.root, `repos/core/plugin-${index}.json`))
    }),
  )
  await tree.close()
})

test('many publishes at once are shown together', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  let rounds = 0
  let mayBegin = Promise.resolve()
  const requireClaim = () => {
    rounds++
    return mayBegin
  }
  const tree = await openTree({ ...(await registry.treeDeps()), requireClaim })
  let repoWrites = 0
  tree.onChange((path) => {
    if (path === 'repos/core.json') repoWrites++
  })
  const { promise, resolve: begin } = Promise.withResolvers<void>()
  mayBegin = promise
  rounds = 0
  const drains: Promise<void>[] = []
  for (let index = 0; index < 20; index++) {
    await registry.publish(`plugin-${index}`, { platforms: ['any'] })
    drains.push(tree.drain({ repo: aName('core'), plugin: aName(`plugin-${index}`) }))
  }
  begin()
  await Promise.all(drains)
  assert.deepEqual({ rounds, repoWrites }, { rounds: 1, repoWrites: 1 })
  await tree.close()
})

test('looking at a tree from outside changes neither it nor the outbox', async () => {
  await using registry = await TreeRegistry.create({ bare: true })
  registry.addRepo()
  await registry.publish('check-tcp')
  const report = await inspectTree(await registry.treeDeps())
  assert.ok(report.missing > 0)
  assert.deepEqual(readdirSync(join(registry.dataDir, 'tree')), [])
  assert.equal((await outboxOf(registry.db).take(10)).length, 2)
})

test('closing ends a look over the tree that is under way', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  for (let index = 0; index < 20; index++) await registry.publish(`plugin-${index}`)
  const tree = await registry.openTree()
  const check = tree.check()
  await tree.close()
  await check
  await assert.rejects(tree.drain(), { code: 'SHUTTING_DOWN' })
})

test('a round that could not begin fails those who wait for it, and no other', async () => {
  await using registry = await TreeRegistry.create()
  registry.addRepo()
  let isBusy = false
  const requireClaim = async () => {
    if (isBusy) throw coded('STORE_BUSY', { message: 'the database is busy' })
  }
  const tree = await openTree({ ...(await registry.treeDeps()), requireClaim })
  await registry.publish('check-tcp')
  isBusy = true
  await assert.rejects(tree.drain(), { code: 'STORE_BUSY' })
  isBusy = false
  await tree.drain()
  assert.ok(existsSync(join(registry.root, 'repos/core/check-tcp.json')))
  await tree.close()
})
