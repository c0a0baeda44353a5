// A bound has two sides: whoever writes something refuses what whoever reads it would refuse. Each row asks both sides at the
// bound and one beyond it.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { editLock, readLock } from '../../client/lockfile/file.ts'
import { layoutOf } from '../../client/store/layout.ts'
import { signerWithBundle } from '../../publisher/sign/release-signer.ts'
import { changeStateRequest, openSessionRequest } from '../../schemas/api.ts'
import { digestOf } from '../../schemas/digest.ts'
import { parseDiscovery } from '../../schemas/discovery.ts'
import { isCoded } from '../../schemas/errors.ts'
import { requireRoomForPlugin, requireRoomForRepo, requireRoomForVersion } from '../../schemas/growth-limits.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Lockfile } from '../../schemas/lockfile.ts'
import { manifestShape, releasedManifestShape } from '../../schemas/manifest.ts'
import type { Name } from '../../schemas/name.ts'
import { isPlatform } from '../../schemas/platform.ts'
import { parsePluginDocument, pluginDocumentShape } from '../../schemas/plugin-document.ts'
import { parseReleaseStatement, releaseArtifactShape, renderReleaseStatement } from '../../schemas/release-statement.ts'
import { parseRepoDocument } from '../../schemas/repo-document.ts'
import { parseBaseUrl } from '../../static-tree/base-url.ts'
import { requireLimits } from '../../static-tree/release-limits.ts'
import { renderDiscovery } from '../../static-tree/render/discovery.ts'
import { renderShard } from '../../static-tree/render/repo.ts'
import { parseBundle } from '../../trust/release/bundle.ts'
import { expectCode, expectCodeAsync } from '../support/assertions/expect-code.ts'
import { aVersion } from '../support/builders/names.ts'
import { aRelease } from '../support/builders/plugin-record.ts'
import { aManifest, aPredicate, issueKey } from '../support/builders/test-authority.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { writeKeyFiles } from '../support/publisher/publish-project.ts'

type Side = (size: number) => unknown
type Row = { readonly reader: Side; readonly writers: Readonly<Record<string, Side>> }

const core = 'core' as Name
const DIGEST = digestOf('')
const check = { repo: core, plugin: 'check' as Name }
const SYSTEMS = 'linux darwin windows freebsd openbsd netbsd dragonfly solaris illumos aix android plan9'.split(' ')
const PROCESSORS = 'amd64 arm64 arm 386 ppc64 ppc64le s390x riscv64 mips mipsle mips64 mips64le loong64'.split(' ')
const PLATFORMS = SYSTEMS.flatMap((os) => PROCESSORS.map((cpu) => `${os}_${cpu}`)).filter(isPlatform)

const blob = (size: number) => ({ digest: DIGEST, size })
const small = { digest: digestOf('bundle'), size: 1 }
const artifactsOf = (count: number) =>
  PLATFORMS.slice(0, count).map((platform) => ({ platform, file: `f_${platform}`, ...blob(1) }))
const entriesOf = <Value>(count: number, value: Value) =>
  Object.fromEntries(PLATFORMS.slice(0, count).map((platform) => [platform, value]))
const word = (length: number) => 'x'.repeat(length)
const version = (length: number) => `1.0.0-${word(length - 6)}`
const shapeOf = (shape: { parse(value: unknown): unknown }, value: unknown) => shape.parse(value)
const documentWith = (change: object) =>
  parsePluginDocument(
    JSON.stringify({
      format: 'octo.plugin/v1',
      ...check,
      serial: 1,
      kind: 'tool',
      description: '',
      versions: [],
      ...change,
    }),
    'document',
  )
const listed = (change: object) => ({
  version: '1.0.0',
  publishedAt: '2026-01-02T03:04:05.000Z',
  state: 'active',
  bundle: small,
  platforms: {},
  ...change,
})
const manifestWith = (change: object) => releasedManifestShape.parse({ ...aManifest(), ...change })
const stateWith = (reason: string) => changeStateRequest.parse({ action: 'yank', reason })
const sessionWith = (change: object) =>
  openSessionRequest.parse({ version: '1.0.0', bundle: small, artifacts: artifactsOf(1), ...change })

/** By the bound's name; every bound that two sides share has a row here or a test below. */
const ROWS: Partial<Record<keyof typeof LIMITS, Row>> = {
  bundleBytes: {
    reader: (size) => readsBundle(size),
    writers: { session: (size) => requireLimits({ bundle: blob(size), artifacts: [] }) },
  },
  platformsPerVersion: {
    reader: (count) => {
      const { predicate } = aPredicate({ platforms: entriesOf(count, Buffer.from('x')) })
      return parseReleaseStatement(JSON.stringify(renderReleaseStatement(predicate)), 'statement')
    },
    writers: {
      session: (count) => sessionWith({ artifacts: artifactsOf(count) }),
      'plugin.yaml': (count) => manifestShape.parse(authored({ platforms: entriesOf(count, { file: 'a' }) })),
    },
  },
  versionsPerPlugin: {
    reader: (count) => pluginDocumentShape.shape.versions.parse(new Array(count).fill(listed({}))),
    writers: { seal: (count) => requireRoomForVersion(check, count - 1) },
  },
  versionLength: {
    reader: (length) => documentWith({ versions: [listed({ version: version(length) })] }),
    writers: {
      session: (length) => sessionWith({ version: version(length) }),
      'plugin.yaml': (length) => manifestShape.parse(authored({ version: version(length) })),
    },
  },
  lineLength: {
    reader: (length) => documentWith({ versions: [listed({ reason: word(length) })] }),
    writers: {
      yank: (length) => stateWith(word(length)),
      'plugin.yaml': (length) => manifestWith({ description: word(length) }),
    },
  },
  urlLength: {
    reader: (length) => documentWith({ homepage: `https://x/${word(length - 10)}` }),
    writers: { 'plugin.yaml': (length) => manifestWith({ homepage: `https://x/${word(length - 10)}` }) },
  },
  pathLength: {
    reader: (length) => shapeOf(releaseArtifactShape.shape.executable, pathOf(length)),
    writers: {
      'plugin.yaml': (length) => manifestShape.parse(authored({ platforms: { any: archived(pathOf(length)) } })),
    },
  },
}

function authored(change: object) {
  return {
    name: 'check',
    version: '1.0.0',
    kind: 'tool',
    description: 'x',
    protocol: 'exec',
    platforms: { linux_amd64: { file: 'a' } },
    ...change,
  }
}

function archived(executable: string) {
  return { files: ['a'], executable, runtime: { name: 'sh' } }
}

/** Parts of at most 200 characters. */
function pathOf(length: number): string {
  return Array.from({ length }, (_none, at) => (at % 100 === 50 ? '/' : 'x')).join('')
}

/** Refused as ours or as a shape's, and not by a mistake of the row. */
function beyond(error: unknown): boolean {
  return isCoded(error) || (error instanceof Error && error.name === 'ZodError')
}

/** That a bundle of this size gets as far as being taken for no bundle. */
function readsBundle(size: number): void {
  try {
    parseBundle(`{"a":"${word(size - 8)}"}`, 'bundle')
  } catch (error) {
    if (!isCoded(error, 'BUNDLE_MALFORMED') || isCoded(error.cause, 'LIMIT_EXCEEDED')) throw error
  }
}

for (const [name, { reader, writers }] of Object.entries(ROWS)) {
  const limit = LIMITS[name as keyof typeof LIMITS]
  for (const [side, act] of [['the reader', reader] as const, ...Object.entries(writers)])
    test(`${name}: ${side} takes ${limit} and refuses one more`, () => {
      act(limit)
      assert.throws(() => act(limit + 1), beyond)
    })
}

for (const side of ['artifactBytes', 'releaseBytes'] as const)
  test(`${side}: a session and a dist are refused with one byte more`, () => {
    const limits = { artifactBytes: 100, releaseBytes: 101, [side]: 50 }
    const sized = (size: number) => ({ bundle: small, artifacts: [{ ...artifactsOf(1)[0], ...blob(size) }] as never })
    const rest = side === 'releaseBytes' ? small.size : 0
    requireLimits(sized(50 - rest), limits)
    expectCode('LIMIT_EXCEEDED', () => requireLimits(sized(51 - rest), limits))
  })

test('bundleBytes: a bundle that was signed elsewhere is read up to the bound', async (t) => {
  const folder = tempFolder(t)
  const { publicKey } = writeKeyFiles(folder, issueKey())
  const path = join(folder, 'bundle.json')
  await writeFile(path, word(LIMITS.bundleBytes))
  await signerWithBundle(path, publicKey)
  await writeFile(path, word(LIMITS.bundleBytes + 1))
  await expectCodeAsync('LIMIT_EXCEEDED', () => signerWithBundle(path, publicKey))
})

test('the largest discovery document that a registry may show is read, and one repo more is refused', () => {
  const base = parseBaseUrl(`https://host/${word(LIMITS.basePathLength - 1)}`)
  expectCode('CONFIG_INVALID', () => parseBaseUrl(`https://host/${word(LIMITS.basePathLength)}`))
  const names = Array.from({ length: LIMITS.reposPerRegistry }, (_none, at) => `${word(59)}-${1000 + at}` as Name)
  const { bytes } = renderDiscovery(names, base, { artifactBytes: 1, releaseBytes: 1 })
  assert.equal(parseDiscovery(bytes, 'octo.json').repos.length, LIMITS.reposPerRegistry)
  requireRoomForRepo(core, LIMITS.reposPerRegistry - 1)
  expectCode('LIMIT_EXCEEDED', () => requireRoomForRepo(core, LIMITS.reposPerRegistry))
})

test('the largest shard of a repo that a registry may fill is read, and one plugin more is refused', () => {
  const release = aRelease({
    platforms: PLATFORMS.slice(0, LIMITS.platformsPerVersion),
    deprecated: '\u00e4'.repeat(LIMITS.lineLength),
    manifest: { description: '\u20ac'.repeat(LIMITS.lineLength), category: word(32) },
  })
  // 256 shards; a name falls into one by chance, so the fullest has a little more than its share.
  const members = Math.ceil((LIMITS.pluginsPerRepo / 256) * 1.2)
  const listings = Array.from({ length: members }, (_none, at) => {
    const plugin = `${word(58)}-${10_000 + at}` as Name
    return { repo: core, plugin, release, stable: true }
  })
  const [json] = renderShard(core, '00', { listings, base: parseBaseUrl('https://host') })
  assert.equal(parseRepoDocument(json?.bytes ?? '', 'shard').plugins?.length, members)
  requireRoomForPlugin(check, LIMITS.pluginsPerRepo - 1)
  expectCode('LIMIT_EXCEEDED', () => requireRoomForPlugin(check, LIMITS.pluginsPerRepo))
})

const UNREADABLE = {
  'is too large as a whole': { change: { ranges: [word(LIMITS.lockfileBytes)] }, code: 'LIMIT_EXCEEDED' },
  'has a range that is too long': { change: { ranges: [word(257)] }, code: 'FORMAT_INVALID' },
  'has too many ranges': { change: { ranges: new Array(257).fill('1') }, code: 'FORMAT_INVALID' },
  'has an address that is too long': { change: { url: word(2049) }, code: 'FORMAT_INVALID' },
} as const

for (const [what, { change, code }] of Object.entries(UNREADABLE))
  test(`a lockfile that ${what} to be read again is not written`, async (t) => {
    const folder = tempFolder(t)
    const layout = layoutOf(join(folder, 'store'))
    await mkdir(layout.locks, { recursive: true })
    const path = join(folder, 'octo.lock')
    const entry: Lockfile['plugins'][string] = {
      ...{ repo: core, url: 'https://host', registryRepo: core, plugin: check.plugin, version: aVersion('1.0.0') },
      ...{ ranges: [], serial: 1, signer: DIGEST, platforms: {} },
    }
    const error = await expectCodeAsync(code, () =>
      editLock(layout, path, { set: [{ ...entry, ...change } as typeof entry] }),
    )
    if (code === 'LIMIT_EXCEEDED') assert.match(error.hint ?? '', /^split the config into several/)
    assert.equal(existsSync(path), false)
    await editLock(layout, path, { set: [entry] })
    assert.deepEqual(Object.keys(readLock(path)?.plugins ?? {}), ['core/check'])
  })
