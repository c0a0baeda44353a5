import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { create, list } from 'tar'
import { digestOf } from '../../../schemas/digest.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { ARCHIVE_LIMITS } from '../../../schemas/limits.ts'
import type { Platform } from '../../../schemas/platform.ts'
import type { ReleaseArtifact } from '../../../schemas/release-statement.ts'
import { inspectArchive } from '../../../trust/archive/inspect-archive.ts'
import { inspectArtifact, inspectSharedArtifact } from '../../../trust/artifact/inspect-artifact.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { TarPart } from '../../support/builders/archive-builder.ts'
import { inPieces, paxEntry, tarballOf, tarEntry, tarOf } from '../../support/builders/archive-builder.ts'
import { aScript } from '../../support/builders/test-authority.ts'

const LINUX = 'linux_amd64' as Platform
const good: TarPart[] = [
  { path: 'bin', type: 'Directory' },
  { path: 'bin/run', content: aScript(), mode: 0o755 },
  { path: 'data.txt', content: 'x'.repeat(5000) },
]
const artifactOf = (bytes: Buffer, changes: Partial<ReleaseArtifact> = {}): ReleaseArtifact => ({
  file: 'a.tar.gz',
  digest: digestOf(bytes),
  size: bytes.length,
  format: 'tar.gz',
  executable: 'bin/run',
  ...changes,
})
const inspect = (bytes: Buffer, pieces?: number, limits = ARCHIVE_LIMITS) =>
  inspectArchive({ chunks: inPieces(bytes, pieces), name: 'a.tar.gz', limits })
const refused = (code: ErrorCode, parts: readonly (TarPart | Buffer)[]) =>
  expectCodeAsync(code, () => inspect(tarballOf(parts)))

test('reads files with their bytes and modes, however the bytes arrive', async () => {
  for (const length of [1, 7, 512, 100_000]) {
    const contents: Record<string, string> = {}
    const seen = await inspectArchive({
      chunks: inPieces(tarballOf(good), length),
      name: 'a',
      onFile: async ({ path }, chunks) => {
        const pieces: Uint8Array[] = []
        for await (const chunk of chunks) pieces.push(Buffer.from(chunk))
        contents[path] = Buffer.concat(pieces).toString()
      },
    })
    assert.deepEqual(seen.files, [
      { path: 'bin/run', size: aScript().length, executable: true },
      { path: 'data.txt', size: 5000, executable: false },
    ])
    assert.equal(contents['bin/run'], aScript().toString())
    assert.equal(contents['data.txt'], 'x'.repeat(5000))
    assert.equal(seen.contentDigest, digestOf(tarOf(good)))
  }
})

test('skips what a callback leaves unread', async () => {
  const paths: string[] = []
  await inspectArchive({
    chunks: inPieces(tarballOf(good)),
    name: 'a',
    onFile: async ({ path }, chunks) => {
      paths.push(path)
      for await (const _chunk of chunks) break
    },
  })
  assert.deepEqual(paths, ['bin/run', 'data.txt'])
})

test('agrees with npm tar about an archive with long and non-ASCII names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'octo-archive-'))
  try {
    const names = ['a.txt', `${'long'.repeat(40)}.txt`, 'grün.txt']
    for (const name of names) writeFileSync(join(folder, name), name)
    const file = join(folder, 'made.tgz')
    await create({ cwd: folder, portable: true, gzip: true, file, mtime: new Date(0) }, names)
    const listed: string[] = []
    await list({ file, onReadEntry: (entry) => listed.push(entry.path) })
    const bytes = execFileSync('cat', [file], { maxBuffer: 1e7 })
    const { files } = await inspect(bytes)
    assert.deepEqual(
      files.map(({ path }) => path),
      listed,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('refuses entries that escape, link or repeat', async () => {
  const hostile: TarPart[] = [
    { path: '../escape', content: 'x' },
    { path: 'a/../../escape', content: 'x' },
    { path: '/etc/passwd', content: 'x' },
    { path: 'C:/windows', content: 'x' },
    { path: 'a\\b', content: 'x' },
    { path: 'link', type: 'SymbolicLink', linkpath: '/etc/passwd' },
    { path: 'link', type: 'Link', linkpath: 'bin/run' },
    { path: 'device', type: 'CharacterDevice' },
    { path: 'device', type: 'BlockDevice' },
    { path: 'pipe', type: 'FIFO' },
    { path: 'bin/run', content: 'again' },
    { path: 'BIN/RUN', content: 'again' },
    { path: 'bin/run/below', content: 'x' },
    { path: 'bin', content: 'a file where a folder is' },
    { path: 'con.txt', content: 'x' },
    { path: 'dot.', content: 'x' },
    { path: `${'d/'.repeat(20)}deep`, content: 'x' },
  ]
  for (const part of hostile) await refused('ARCHIVE_ENTRY_UNSAFE', [...good, part])
  await refused('ARCHIVE_ENTRY_UNSAFE', [paxEntry({ path: '../escape' }), { path: 'harmless', content: 'x' }])
})

test('refuses what tar programs read differently', async () => {
  await refused('ARCHIVE_MALFORMED', [paxEntry({ size: '3' }), { path: 'a', content: 'x'.repeat(600) }])
  await refused('ARCHIVE_MALFORMED', [paxEntry({ linkpath: '/etc' }), { path: 'a', content: 'x' }])
  await refused('ARCHIVE_MALFORMED', [paxEntry({ 'GNU.sparse.major': '1' }), { path: 'a', content: 'x' }])
  await refused('ARCHIVE_MALFORMED', [
    paxEntry({ path: 'a', comment: 'x' }),
    { path: 'd', type: 'Directory', content: 'x' },
  ])
  await refused('ARCHIVE_ENTRY_UNSAFE', [{ path: 'g', type: 'GlobalExtendedHeader', content: '9 path=x\n' }, ...good])
  await refused('ARCHIVE_ENTRY_UNSAFE', [{ path: 'L', type: 'NextFileHasLongPath', content: 'x' }, ...good])
  const wrongChecksum = tarEntry({ path: 'a' })
  wrongChecksum[0] = 0x62
  await refused('ARCHIVE_MALFORMED', [wrongChecksum])
  await refused('ARCHIVE_MALFORMED', [...good, Buffer.alloc(512), tarEntry({ path: 'hidden', content: 'x' })])
  await refused('ARCHIVE_MALFORMED', [...good, Buffer.alloc(1024), tarEntry({ path: 'hidden', content: 'x' })])
})

test('refuses more than one gzip member, trailing bytes and broken ends', async () => {
  const bytes = tarballOf(good)
  const half = tarOf(good).subarray(0, 512)
  const broken = [
    Buffer.concat([bytes, gzipSync('more')]),
    Buffer.concat([gzipSync(half), gzipSync(tarOf(good).subarray(512))]),
    Buffer.concat([bytes, Buffer.from('x')]),
    Buffer.concat([bytes, Buffer.alloc(10)]),
    bytes.subarray(0, bytes.length - 1),
    bytes.subarray(0, bytes.length - 8),
    bytes.subarray(0, 20),
    bytes.subarray(0, 5),
    Buffer.alloc(0),
    Buffer.from('<html>404</html>'),
    gzipSync(tarOf(good).subarray(0, -1024)),
    gzipSync(tarOf(good).subarray(0, 700)),
    gzipSync(''),
  ]
  const flipped = Buffer.from(bytes)
  flipped[bytes.length - 6] = (flipped[bytes.length - 6] ?? 0) ^ 1
  for (const hostile of [...broken, flipped])
    for (const length of [3, 100_000]) await expectCodeAsync('ARCHIVE_MALFORMED', () => inspect(hostile, length))
})

test('cuts bombs at their limits', async () => {
  const bomb = gzipSync(
    Buffer.concat([tarEntry({ path: 'zeros', claimedSize: 2 ** 30 }), Buffer.alloc(80 * 1024 * 1024)]),
  )
  await expectCodeAsync('LIMIT_EXCEEDED', () => inspect(bomb))
  const many = tarballOf(Array.from({ length: 21 }, (_none, index) => ({ path: `f${index}` })))
  await expectCodeAsync('LIMIT_EXCEEDED', () => inspect(many, undefined, { ...ARCHIVE_LIMITS, maxEntries: 20 }))
  const large = tarballOf([{ path: 'a', content: 'x'.repeat(600) }])
  await expectCodeAsync('LIMIT_EXCEEDED', () => inspect(large, undefined, { ...ARCHIVE_LIMITS, maxBytes: 599 }))
})

test('proves an artifact and refuses other bytes whatever its callback reads', async () => {
  const bytes = tarballOf(good)
  const raw = aScript()
  const rawArtifact = artifactOf(raw, { format: 'raw', file: 'run', executable: 'run' })
  const pass = async (artifact: ReleaseArtifact, content: Buffer, onFile?: () => Promise<void>) =>
    inspectArtifact({ chunks: inPieces(content, 10), artifact, platform: LINUX, ...(onFile ? { onFile } : {}) })
  const { files } = await pass(artifactOf(bytes, { contentDigest: digestOf(tarOf(good)) }), bytes)
  assert.equal(files.length, 2)
  assert.equal((await pass(rawArtifact, raw)).files[0]?.path, 'run')
  const ignore = async () => undefined
  const other = Buffer.from(raw)
  other[raw.length - 1] = 0x20
  for (const onFile of [undefined, ignore]) {
    await expectCodeAsync('DIGEST_MISMATCH', () => pass(rawArtifact, other, onFile))
    await expectCodeAsync('SIZE_MISMATCH', () => pass(rawArtifact, Buffer.concat([raw, raw]), onFile))
    await expectCodeAsync('SIZE_MISMATCH', () => pass(rawArtifact, raw.subarray(1), onFile))
  }
  const damaged = Buffer.from(bytes)
  damaged[60] = (damaged[60] ?? 0) ^ 1
  await expectCodeAsync('DIGEST_MISMATCH', () => pass(artifactOf(bytes), damaged))
  await expectCodeAsync('DIGEST_MISMATCH', () => pass(artifactOf(bytes, { contentDigest: digestOf('other') }), bytes))
  const wrong = () => pass(artifactOf(bytes, { executable: 'bin/other' }), bytes)
  assert.match((await expectCodeAsync('STATEMENT_MISMATCH', wrong)).message, /`bin\/other`, which is to be executed$/)
  await expectCodeAsync('PLATFORM_MISMATCH', () => pass(artifactOf(bytes, { executable: 'data.txt' }), bytes))
})

test('reads bytes of several platforms once, and only where one thing is said of them', async () => {
  const bytes = tarballOf(good)
  const artifact = artifactOf(bytes)
  const others: readonly Partial<ReleaseArtifact>[] = [
    { digest: digestOf('other') },
    { size: bytes.length + 1 },
    { format: 'raw' },
  ]
  const share = (changes: Partial<ReleaseArtifact>) =>
    inspectSharedArtifact({
      chunks: inPieces(bytes),
      uses: [
        { artifact, platform: LINUX },
        { artifact: { ...artifact, ...changes }, platform: 'linux_arm64' as Platform },
      ],
    })
  assert.equal((await share({ file: 'b.tar.gz' })).files.length, 2)
  for (const changes of others)
    assert.match((await expectCodeAsync('STATEMENT_MISMATCH', () => share(changes))).message, /in two ways/)
  await expectCodeAsync('STATEMENT_MISMATCH', () => inspectSharedArtifact({ chunks: inPieces(bytes), uses: [] }))
})

test('names the first of several unsafe files', async () => {
  const helper = (name: string) => ({ path: `lib/${name}`, content: `#!bin/${name}\n`, mode: 0o755 })
  const bytes = tarballOf([...good, helper('first'), helper('second')])
  const error = await expectCodeAsync('PROGRAM_UNSAFE', () =>
    inspectArtifact({ chunks: inPieces(bytes), artifact: artifactOf(bytes), platform: LINUX }),
  )
  assert.match(error.message, /lib\/first/)
})

test('stops an endless stream with the first byte too many', async () => {
  let delivered = 0
  async function* endless() {
    for (;;) {
      delivered += 10
      yield Buffer.alloc(10, '#!')
    }
  }
  const artifact = artifactOf(aScript(), { format: 'raw', size: 100, executable: 'run' })
  await expectCodeAsync('SIZE_MISMATCH', () => inspectArtifact({ chunks: endless(), artifact, platform: LINUX }))
  assert.equal(delivered, 110)
})
