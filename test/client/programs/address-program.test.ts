// Programs from an address: only the bytes whose digest the config gives become something that is run.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { collect } from '../../../client/store/collect.ts'
import type { AddressSource } from '../../../config/model/program-source.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tarballOf } from '../../support/builders/archive-builder.ts'
import { anElfFile } from '../../support/builders/native-files.ts'
import { aProgramScene, outputOf } from '../../support/client/program-scene.ts'
import { leftovers } from '../../support/client/store-state.ts'
import { serveFolder } from '../../support/machine/serve-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const SCRIPT = Buffer.from('#!/bin/sh\necho from the web\n')
const ARCHIVE = tarballOf([
  { path: 'web/bin/web', content: '#!/bin/sh\ncat "$(dirname "$0")/../words"\n', mode: 0o755 },
  { path: 'web/words', content: 'from the archive\n' },
])

async function aScene(t: TestContext, files: Readonly<Record<string, Buffer>>) {
  const served = tempFolder(t)
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(served, name), bytes)
  const host = await serveFolder(t, served)
  const source = (name: string, more: { digest?: Digest; binary?: string; platform?: string } = {}): AddressSource => ({
    kind: 'binary',
    files: [
      {
        platform: (more.platform ?? 'linux_amd64') as Platform,
        url: `${host.url}/${name}`,
        digest: more.digest ?? digestOf(files[name] ?? ''),
        ...(more.binary === undefined ? {} : { binary: more.binary }),
      },
    ],
  })
  return { ...aProgramScene(t), served, host, source }
}

test('what is served under its digest is run, asked for once, and afterwards needs no network', async (t) => {
  const { provide, host, source, layout, base } = await aScene(t, { web: SCRIPT, 'web.tgz': ARCHIVE })
  const raw = await provide(source('web'))
  assert.equal(outputOf(raw), 'from the web\n')
  assert.deepEqual([raw.digest, raw.origin, raw.argv0], [digestOf(SCRIPT), `${host.url}/web`, 'web'])
  const unpacked = await provide(source('web.tgz', { binary: 'web/bin/web' }), {}, 'other')
  assert.equal(outputOf(unpacked), 'from the archive\n')
  assert.deepEqual(host.requests, ['/web', '/web.tgz'])
  rmSync(layout.memos, { recursive: true })
  assert.equal(outputOf(await provide(source('web'), { offline: true })), 'from the web\n')
  assert.deepEqual(host.requests, ['/web', '/web.tgz'])
  assert.deepEqual(leftovers(base.storeRoot), [])
})

test('a path beside a program that is no archive is its name, as repos of OctoCompose write it', async (t) => {
  const { provide, source } = await aScene(t, { 'web-linux-amd64': SCRIPT })
  const { argv0 } = await provide(source('web-linux-amd64', { binary: 'bin/web' }))
  assert.equal(argv0, 'web')
})

/** How each download is shown to have ended. */
function aDisplay() {
  const shown: string[] = []
  const item = { advance() {}, done: () => shown.push('done'), fail: (reason: string) => shown.push(reason) }
  return { shown, report: { download: () => item } }
}

test('a download is shown to have ended well when what came is proven', async (t) => {
  const { provide, source } = await aScene(t, { web: SCRIPT })
  const { shown, report } = aDisplay()
  await provide(source('web'), { report })
  assert.deepEqual(shown, ['done'])
})

const DYNAMIC = anElfFile({ interpreter: '/tmp/ld.so', needed: ['libc.so.6'] })

const REFUSED: readonly (readonly [what: string, bytes: Buffer, code: ErrorCode, more?: object])[] = [
  ['other bytes', Buffer.from('#!/bin/sh\necho evil\n'), 'DIGEST_MISMATCH', { digest: digestOf(SCRIPT) }],
  ['a page that says what is wrong', Buffer.from('<html>'), 'DIGEST_MISMATCH', { digest: digestOf(SCRIPT) }],
  ['an archive without a path', ARCHIVE, 'CONFIG_INVALID'],
  ['an archive without the file', ARCHIVE, 'STATEMENT_MISMATCH', { binary: 'web/bin/api' }],
  [
    'an archive that leaves its folder',
    tarballOf([{ path: '../web', content: 'x' }]),
    'ARCHIVE_ENTRY_UNSAFE',
    { binary: 'web' },
  ],
  [
    'an archive with a link',
    tarballOf([{ path: 'web', type: 'SymbolicLink', linkpath: '/bin/sh' }]),
    'ARCHIVE_ENTRY_UNSAFE',
    { binary: 'web' },
  ],
  ['a program of another machine', anElfFile({ machine: 183 }), 'PLATFORM_MISMATCH'],
  ['a program whose loader anybody may write', DYNAMIC, 'PROGRAM_UNSAFE'],
  ['nothing for this machine', SCRIPT, 'NO_MATCHING_PLATFORM', { platform: 'linux_s390x' }],
  ['an empty file', Buffer.alloc(0), 'PLATFORM_MISMATCH'],
]

for (const [what, bytes, code, more = {}] of REFUSED)
  test(`${what} is refused, and nothing is left that could be run`, async (t) => {
    const { provide, source, layout, base } = await aScene(t, { web: bytes })
    const { shown, report } = aDisplay()
    const { hint } = await expectCodeAsync(code, () => provide(source('web', more), { report }))
    if (code === 'DIGEST_MISMATCH') assert.match(hint ?? '', /before you write another `sha256`/)
    // Nothing was shown to have come well.
    assert.deepEqual(shown, code === 'NO_MATCHING_PLATFORM' ? [] : [code])
    assert.deepEqual(leftovers(base.storeRoot), [])
    const { digest } = { digest: digestOf(SCRIPT), ...more } as { digest: Digest }
    assert.equal(existsSync(layout.blob(digest)), false)
  })

test('without network it is refused before anything is asked', async (t) => {
  const { provide, source, host } = await aScene(t, { web: SCRIPT })
  await expectCodeAsync('OFFLINE', () => provide(source('web'), { offline: true }))
  assert.deepEqual(host.requests, [])
})

test('an address that has nothing says so', async (t) => {
  const { provide, source } = await aScene(t, {})
  const { message } = await expectCodeAsync('FETCH_REFUSED', () => provide(source('web')))
  assert.match(message, /answers 404/)
})

test('what was changed in the store is not started, and brought again by the next start', async (t) => {
  const { provide, source, host, layout } = await aScene(t, { web: SCRIPT })
  const program = await provide(source('web'))
  chmodSync(program.path, 0o755)
  writeFileSync(program.path, '#!/bin/sh\necho evil\n')
  expectCode('STORE_CORRUPT', () => program.recheck())
  assert.equal(outputOf(await provide(source('web'))), 'from the web\n')
  assert.deepEqual(host.requests, ['/web', '/web'])
  assert.ok(existsSync(layout.blob(digestOf(SCRIPT))))
})

test('a program is collected when no service of a project uses it any more', async (t) => {
  const { provide, source, layout, folder } = await aScene(t, { old: SCRIPT, 'web.tgz': ARCHIVE })
  const gone = async () => (await collect(layout, { now: Date.now(), minAgeMs: 0 })).map(({ path }) => path)
  await provide(source('old'))
  assert.equal((await gone()).includes(layout.blob(digestOf(SCRIPT))), false)
  const next = await provide(source('web.tgz', { binary: 'web/bin/web' }))
  assert.ok((await gone()).includes(layout.blob(digestOf(SCRIPT))))
  assert.equal(outputOf(next), 'from the archive\n')
  rmSync(join(folder, 'project'), { recursive: true })
  assert.ok((await gone()).includes(layout.blob(digestOf(ARCHIVE))))
})
