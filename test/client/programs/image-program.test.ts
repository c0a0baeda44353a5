// Programs out of images: pulled from a registry by the digest that the config gives, taken out of the layers as these lie upon each
// other, and run alone where they need nothing of the image.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { collect } from '../../../client/store/collect.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { patched, paxEntry, tarEntry } from '../../support/builders/archive-builder.ts'
import { anElfFile } from '../../support/builders/native-files.ts'
import { anImageScene, at, WEB } from '../../support/client/image-scene.ts'
import { leftovers } from '../../support/client/store-state.ts'
import type { ImageRecipe, Layer } from '../../support/registry/image-registry.ts'
import { AMD64 } from '../../support/registry/image-registry.ts'

const OTHER = anElfFile({ gap: 64 })
const link = (path: string, linkpath: string) => ({ path, type: 'SymbolicLink', linkpath })
const hard = (path: string, linkpath: string) => ({ path, type: 'Link', linkpath })
const gone = (path: string) => ({ path })

/** The program that a service of the image gets. */
async function taken(t: TestContext, recipe: ImageRecipe, binary?: string): Promise<Buffer> {
  const { registry, source, provide } = await anImageScene(t)
  const program = await provide(source(registry.image(recipe).digest, binary === undefined ? {} : { binary }))
  program.recheck()
  return readFileSync(program.path)
}

test('the entrypoint of an image is started with its words and variables, and pulled once', async (t) => {
  const { registry, source, provide, base, layout } = await anImageScene(t)
  const image = registry.image({
    layers: [[at('app/web')]],
    config: { Entrypoint: ['/app/web', 'serve'], Cmd: ['--port', '80'], Env: ['PATH=/app', 'MODE=web', 'A=b=c'] },
  })
  const digest = registry.index([
    { ...registry.image({ layers: [[at('app/web', OTHER)]] }), platform: { os: 'linux', architecture: 'arm64' } },
    { ...image, platform: { os: 'unknown', architecture: 'unknown' } },
    { ...image, platform: AMD64 },
  ])
  const program = await provide(source(digest, { tag: '1.2' }))
  assert.deepEqual(readFileSync(program.path), WEB)
  assert.deepEqual(
    [program.entry, program.words, program.environment],
    [['serve'], ['--port', '80'], { MODE: 'web', A: 'b=c' }],
  )
  assert.deepEqual([program.origin, program.digest], [`${registry.host}/acme/web:1.2@${digest}`, digestOf(WEB)])
  registry.requests.length = 0
  rmSync(layout.memos, { recursive: true })
  const again = await provide(source(digest), { offline: true })
  assert.deepEqual([again.path, again.entry, registry.requests], [program.path, ['serve'], []])
  assert.deepEqual(leftovers(base.storeRoot), [])
  const removed = await collect(layout, { now: Date.now(), minAgeMs: 0 })
  assert.ok(removed.every(({ path }) => path !== layout.blob(digestOf(WEB)) && !path.startsWith(layout.made)))
  assert.deepEqual(readdirSync(layout.blobs), [digestOf(WEB).slice(7)], 'layers are for whoever comes soon')
})

const VIEWS: readonly (readonly [what: string, layers: readonly Layer[], binary?: string])[] = [
  ['a later layer writes over an earlier one', [[at('web', OTHER)], [at('web')]]],
  [
    'a whiteout takes away what is below, whatever else its layer adds',
    [[at('a/web', OTHER)], [at('a/.wh.web', ''), link('a/web', '../web'), at('web')]],
    'a/web',
  ],
  ['a whiteout does not take away what its own layer adds', [[at('web', OTHER)], [at('web'), gone('.wh.web')]]],
  [
    'an opaque folder hides what is below and nothing of its own layer, also when that is said last',
    [[at('a/web', OTHER)], [at('a/web'), gone('a/.wh..wh..opq')]],
    'a/web',
  ],
  ['a hard link is another name of the same file', [[at('first'), hard('web', 'first'), at('first', OTHER)]]],
  ['a hard link to a file of a layer below', [[at('first')], [hard('web', 'first')]]],
  [
    'a link that is absolute begins at the root of the image',
    [[at('opt/web'), at('a/opt/web', OTHER), link('a/web', '/opt/web')]],
    'a/web',
  ],
  ['a link that climbs stays in the image', [[at('opt/web'), link('a/b/web', '../../../../../../opt/web')]], 'a/b/web'],
  ['a folder that is a link', [[at('usr/bin/web'), link('bin', 'usr/bin')]], 'bin/web'],
  [
    'a file that is written through a folder that is a link',
    [[link('bin', 'usr/bin'), at('usr/bin/other', OTHER)], [at('bin/web')]],
    'usr/bin/web',
  ],
  ['links to links', [[at('e'), link('d', 'e'), link('c', '/d'), link('web', './c')]]],
  ['paths with dots and slashes', [[at('./opt//web')]], 'opt/web'],
  ['long names', [[paxEntry({ path: `${'long/'.repeat(40)}web` }), tarEntry(at('cut'))]], `${'long/'.repeat(40)}web`],
  [
    'attributes of other systems',
    [[paxEntry({ 'SCHILY.xattr.security.capability': 'x', mtime: '1.5' }), tarEntry(at('web'))]],
  ],
  ['a file with the bits of another user', [[{ ...at('web'), mode: 0o6755 }]]],
]

for (const [what, layers, binary = 'web'] of VIEWS)
  test(`layers lie upon each other: ${what}`, async (t) => {
    assert.deepEqual(await taken(t, { layers }, binary), WEB)
  })

for (const pack of ['gzip', 'zstd', 'none', 'gzip in two parts'] as const)
  test(`layers are read as they are packed: ${pack}`, async (t) => {
    assert.deepEqual(await taken(t, { layers: [[at('web')]], pack }, 'web'), WEB)
  })

const device = (type: string) => ({ path: 'dev/x', type })
const SPARSE = paxEntry({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'web' })

const REFUSED: readonly (readonly [what: string, code: ErrorCode, recipe: ImageRecipe])[] = [
  ['a block device', 'ARCHIVE_ENTRY_UNSAFE', { layers: [[at('web'), device('BlockDevice')]] }],
  ['a character device', 'ARCHIVE_ENTRY_UNSAFE', { layers: [[at('web'), device('CharacterDevice')]] }],
  ['a pipe', 'ARCHIVE_ENTRY_UNSAFE', { layers: [[at('web'), device('FIFO')]] }],
  ['a path that leaves the image', 'ARCHIVE_ENTRY_UNSAFE', { layers: [[at('a/../../web')]] }],
  ['a hard link out of the image', 'ARCHIVE_ENTRY_UNSAFE', { layers: [[hard('web', '../../../bin/sh')]] }],
  ['a hard link to nothing', 'ARCHIVE_ENTRY_UNSAFE', { layers: [[hard('web', 'none')]] }],
  [
    'a hard link to a folder',
    'ARCHIVE_ENTRY_UNSAFE',
    { layers: [[{ path: 'a', type: 'Directory' }, hard('web', 'a')]] },
  ],
  ['a sparse file', 'ARCHIVE_MALFORMED', { layers: [[SPARSE, at('web')]] }],
  [
    'an entry whose checksum is wrong',
    'ARCHIVE_MALFORMED',
    { layers: [[Buffer.concat([Buffer.from('x'), tarEntry(at('web')).subarray(1)])]] },
  ],
  [
    'a file that breaks off',
    'ARCHIVE_MALFORMED',
    { layers: [[patched(tarEntry(at('web', '')), { 124: '77777777777\0' })]] },
  ],
  ['no such file', 'IMAGE_UNFIT', { layers: [[at('other')]] }],
  ['a folder in its place', 'IMAGE_UNFIT', { layers: [[{ path: 'web', type: 'Directory' }]] }],
  ['a file that a later layer took away', 'IMAGE_UNFIT', { layers: [[at('web')], [gone('.wh.web')]] }],
  ['a file below an opaque folder', 'IMAGE_UNFIT', { layers: [[at('web')], [at('other'), gone('.wh..wh..opq')]] }],
  ['a link to a file of the machine', 'IMAGE_UNFIT', { layers: [[link('web', '../../../../../bin/sh')]] }],
  ['links in a circle', 'IMAGE_UNFIT', { layers: [[link('web', 'b'), link('b', 'web')]] }],
  [
    'links that multiply',
    'IMAGE_UNFIT',
    { layers: [[link('web', 'b/b/b/b'), link('b', 'c/c/c/c'), link('c', 'web/web')]] },
  ],
  ['a script', 'IMAGE_UNFIT', { layers: [[at('web', '#!/bin/sh\n')]] }],
  [
    'a program that is linked with its image',
    'IMAGE_UNFIT',
    { layers: [[at('web', anElfFile({ interpreter: '/lib64/ld-linux-x86-64.so.2', needed: ['libc.so.6'] }))]] },
  ],
  [
    'one that is linked with musl',
    'IMAGE_UNFIT',
    { layers: [[at('web', anElfFile({ interpreter: '/lib/ld-musl-x86_64.so.1' }))]] },
  ],
  ['a library without a loader', 'IMAGE_UNFIT', { layers: [[at('web', anElfFile({ needed: ['libx.so'] }))]] }],
  ['no program at all', 'IMAGE_UNFIT', { layers: [[at('web', 'words')]] }],
  [
    'an image of another machine',
    'NO_MATCHING_PLATFORM',
    { layers: [[at('web')]], platform: { os: 'linux', architecture: 'arm64' } },
  ],
  [
    'an image of another system',
    'NO_MATCHING_PLATFORM',
    { layers: [[at('web')]], platform: { os: 'windows', architecture: 'amd64' } },
  ],
  [
    'an image for newer processors',
    'NO_MATCHING_PLATFORM',
    { layers: [[at('web')]], platform: { ...AMD64, variant: 'v3' } },
  ],
  [
    'a program of another machine in an image of this one',
    'PLATFORM_MISMATCH',
    { layers: [[at('web', anElfFile({ machine: 183 }))]] },
  ],
  [
    'a layer with another content than its config says',
    'DIGEST_MISMATCH',
    {
      layers: [[at('web')]],
      spoilt: ({ config }) => Object.assign(config, { rootfs: { type: 'layers', diff_ids: [digestOf('x')] } }),
    },
  ],
  [
    'fewer layers than its config says',
    'FORMAT_INVALID',
    {
      layers: [[at('web')], []],
      spoilt: ({ manifest }) => Object.assign(manifest, { layers: (manifest.layers as object[]).slice(0, 1) }),
    },
  ],
  [
    'a layer that is no files',
    'FORMAT_INVALID',
    {
      layers: [[at('web')]],
      spoilt: ({ manifest }) =>
        Object.assign((manifest.layers as object[])[0] as object, { mediaType: 'application/vnd.in-toto+json' }),
    },
  ],
  [
    'an index and a manifest at once',
    'FORMAT_INVALID',
    { layers: [[at('web')]], spoilt: ({ manifest }) => Object.assign(manifest, { manifests: [] }) },
  ],
  [
    'a layer of more bytes than anybody has',
    'LIMIT_EXCEEDED',
    {
      layers: [[at('web')]],
      spoilt: ({ manifest }) => Object.assign((manifest.layers as object[])[0] as object, { size: 2 ** 50 }),
    },
  ],
  [
    'a layer of another size',
    'SIZE_MISMATCH',
    {
      layers: [[at('web')]],
      spoilt: ({ manifest }) => Object.assign((manifest.layers as { size: number }[])[0] as object, { size: 7 }),
    },
  ],
]

for (const [what, code, recipe] of REFUSED)
  test(`an image is refused for ${what}, and nothing of it can be run`, async (t) => {
    const { registry, source, provide, layout, base } = await anImageScene(t)
    const { digest } = registry.image(recipe)
    await expectCodeAsync(code, () => provide(source(digest, { binary: 'web' })))
    assert.deepEqual(readdirSync(layout.made), [])
    assert.deepEqual(
      readdirSync(layout.trees).filter((name) => !name.startsWith('.')),
      [],
    )
    assert.deepEqual(leftovers(base.storeRoot), [])
  })

test('bytes under another digest are refused: manifest, config and layer', async (t) => {
  for (const which of ['manifest', 'config', 'layer'] as const) {
    const { registry, source, provide } = await anImageScene(t)
    const { digest } = registry.image({ layers: [[at('web')]] })
    const manifest = JSON.parse(registry.blobs.get(digest)?.toString() ?? '')
    const spoilt = { manifest: digest, config: manifest.config.digest, layer: manifest.layers[0].digest }[which]
    const bytes = registry.blobs.get(spoilt) as Buffer
    registry.blobs.set(spoilt, Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]))
    const { hint = '' } = await expectCodeAsync('DIGEST_MISMATCH', () => provide(source(digest, { binary: 'web' })))
    assert.doesNotMatch(hint, /sha256/, 'no config has the digest of a part')
  }
})

test('a tag alone is never run, and what to pin is said where the registry says it', async (t) => {
  const { registry, source, provide } = await anImageScene(t)
  const { digest } = registry.image({ layers: [[at('web')]], config: { Cmd: ['/web'] } })
  registry.tags.set('1', digest)
  const error = await expectCodeAsync('SOURCE_UNPINNED', () => provide(source(undefined, { tag: '1' })))
  assert.match(error.hint ?? '', new RegExp(`write \`image: ${registry.host}/acme/web:1@${digest}\``))
  const unknown = await expectCodeAsync('SOURCE_UNPINNED', () => provide(source(undefined, { tag: '2' })))
  assert.doesNotMatch(unknown.message, /means/)
  registry.requests.length = 0
  await expectCodeAsync('SOURCE_UNPINNED', () => provide(source(undefined, { tag: '1' }), { offline: true }))
  assert.deepEqual(registry.requests, [])
  assert.ok((await provide(source(digest, { tag: '1' }))).path)
})

test('in a store that was carried here, an image is asked for anew', async (t) => {
  const { registry, source, provide, layout } = await anImageScene(t)
  const web = source(registry.image({ layers: [[at('web')]] }).digest, { binary: 'web' })
  await provide(web)
  const [name = ''] = readdirSync(layout.made)
  const note = join(layout.made, name)
  const forged = readFileSync(note, 'utf8').replace(digestOf(WEB), digestOf(OTHER))
  rmSync(note)
  writeFileSync(note, forged, { mode: 0o600 })
  registry.requests.length = 0
  assert.deepEqual(readFileSync((await provide(web)).path), WEB)
  assert.ok(registry.requests.length > 0)
  assert.equal(existsSync(layout.blob(digestOf(OTHER))), false)
})
