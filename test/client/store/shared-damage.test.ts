// What is wrong with a store that all users of a machine read is said, and octo goes on with the own one.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { STORE_DISK } from '../../../client/store/disk.ts'
import type { Layout } from '../../../client/store/layout.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { openPart } from '../../../client/store/parts.ts'
import type { StoredArtifact } from '../../../client/store/stored-artifact.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { takeLock } from '../../../system/process-lock.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aConfig } from '../../support/builders/a-config.ts'
import { tarballOf } from '../../support/builders/archive-builder.ts'
import { aRelease, aScript } from '../../support/builders/test-authority.ts'
import { key, run } from '../../support/client/client-machine.ts'
import { aSharedMachine, isRoot, OUTPUTS, removeOpen, rewrite, STRANGER } from '../../support/client/shared-machine.ts'

const REFUSALS: readonly (readonly [said: RegExp, break_: (layout: Layout) => unknown, rootOnly?: 'as root'])[] = [
  [/it is not there$/, ({ root }) => renameSync(root, `${root}.gone`)],
  [
    /it is no folder$/,
    ({ root }) => {
      renameSync(root, `${root}.gone`)
      writeFileSync(root, '')
    },
  ],
  [/it is no absolute path$/, () => 'shared'],
  [/it has `.*\/common`, which can be written by other users/, ({ root }) => chmodSync(dirname(root), 0o777)],
  [/it can be written by other users, found mode 0777$/, ({ root }) => chmodSync(root, 0o777)],
  [/it has `.*trees\/sha256`, which can be written by other users/, ({ trees }) => chmodSync(trees, 0o775)],
  [/it has `.*\/v1`, which can be written by other users/, ({ base }) => chmodSync(base, 0o757)],
  [/it has `.*\/blobs`, which can be written by other users/, ({ base }) => chmodSync(join(base, 'blobs'), 0o777)],
  [/it belongs to another user \(uid 12345\)/, ({ root }) => chownSync(root, STRANGER, STRANGER), 'as root'],
  [/which belongs to another user \(uid 12345\)/, ({ trees }) => chownSync(trees, STRANGER, STRANGER), 'as root'],
  [/holds no store of this octo, expected the folder `v1`$/, ({ base }) => renameSync(base, base.replace(/v1$/, 'v0'))],
  [/is not whole: `.*trees\/sha256` is not there$/, ({ trees }) => renameSync(trees, `${trees}.gone`)],
  [
    /is not whole: `.*trees\/package\.json` is not as octo writes it$/,
    ({ trees }) => rmSync(`${trees}/../package.json`),
  ],
  [
    /trees\/package\.json` is not as octo writes it$/,
    ({ trees }) => writeFileSync(`${trees}/../package.json`, '{"type":"module"}'),
  ],
]

test('names a shared store that cannot be used, and goes on with the own one', async (t) => {
  const { aUser, install, sharedRoot, layout, warnings, change } = await aSharedMachine(t)
  for (const [said, damage, rootOnly] of REFUSALS) {
    if (rootOnly && !isRoot) continue
    let named: string | undefined
    using _changed = change(() => {
      const other = damage(layout)
      if (typeof other === 'string') named = other
    })
    warnings.length = 0
    const user = { ...aUser(), sharedRoot: named ?? sharedRoot }
    const { executables } = await install(user)
    assert.match(warnings.join('\n'), /^the shared store `.*` \(OCTO_SHARED_STORE\) is passed over: /, String(said))
    assert.match(warnings.join('\n'), said)
    assert(executables.every(({ path }) => path.startsWith(user.storeRoot)))
    assert.deepEqual(
      executables.map((executable) => run(executable)),
      OUTPUTS,
    )
  }
})

type Damage = (layout: Layout, artifacts: { readonly raw: StoredArtifact; readonly tar: StoredArtifact }) => void

/** What is run: from the shared store, from a copy of its bytes, or from what was downloaded. */
const DAMAGES: readonly (readonly [
  what: string,
  damage: Damage,
  from: 'shared' | 'copy' | 'download',
  said?: RegExp,
])[] = [
  ['its bytes came and are not unpacked yet', ({ tree }, { tar }) => removeOpen(tree(tar.key)), 'copy'],
  ['a file of it was changed', (layout, { tar }) => rewrite(layout, tar), 'copy', /`lib\/data` has digest/],
  [
    'a file was added to it',
    ({ tree }, { tar }) => {
      chmodSync(tree(tar.key), 0o755)
      writeFileSync(join(tree(tar.key), 'evil.js'), '')
    },
    'copy',
    /`evil\.js` was added/,
  ],
  [
    'others may write a file of it',
    ({ tree }, { tar }) => chmodSync(join(tree(tar.key), 'bin/run'), 0o757),
    'copy',
    /`bin\/run` can be written by other users/,
  ],
  [
    'its bytes are others',
    ({ blob }, { tar }) => {
      chmodSync(blob(tar.digest), 0o644)
      writeFileSync(blob(tar.digest), Buffer.alloc(tar.size))
    },
    'download',
    /its stored bytes are damaged or gone/,
  ],
  [
    'its bytes are gone',
    ({ blob }, { tar }) => rmSync(blob(tar.digest)),
    'download',
    /its stored bytes are damaged or gone/,
  ],
  [
    'some of its bytes are gone',
    ({ blob }, { tar }) => truncateSync(blob(tar.digest), tar.size - 1),
    'download',
    /its stored bytes are damaged or gone/,
  ],
  [
    'it has bytes too many',
    ({ blob }, { tar }) => appendFileSync(blob(tar.digest), 'more'),
    'download',
    /its stored bytes are damaged or gone/,
  ],
  [
    'its bytes lie behind a link',
    ({ blob, base }, { tar }) => {
      renameSync(blob(tar.digest), join(base, 'elsewhere'))
      symlinkSync(join(base, 'elsewhere'), blob(tar.digest))
    },
    'download',
    /its stored bytes are damaged or gone/,
  ],
  [
    'a pipe is in the place of its bytes',
    ({ blob }, { tar }) => {
      rmSync(blob(tar.digest))
      execFileSync('mkfifo', [blob(tar.digest)])
    },
    'download',
    /its stored bytes are damaged or gone/,
  ],
  [
    'another install fills it just now',
    ({ trees, parts }, { tar }) => {
      mkdirSync(join(trees, '.staging-0123456789ab'))
      writeFileSync(join(parts, tar.digest.slice(7)), 'half')
    },
    'shared',
  ],
]

test('takes from a shared store nothing that is not exactly what was proven', async (t) => {
  const { aUser, install, sharedRoot, layout, raw, tar, warnings, registry, change } = await aSharedMachine(t)
  for (const [what, damage, from, said] of DAMAGES) {
    using _changed = change(() => damage(layout, { raw, tar }))
    warnings.length = 0
    registry.requests.length = 0
    const user = aUser()
    const [, executable] = (await install(user)).executables
    assert(executable)
    assert.equal(run(executable), OUTPUTS[1], what)
    assert.equal(executable.path.startsWith(sharedRoot), from === 'shared', what)
    assert.equal(
      registry.requests.some((path) => path.endsWith('packed.tar.gz')),
      from === 'download',
      what,
    )
    // What is wrong is said once.
    assert.equal(warnings.length, said ? 1 : 0, `${what}: ${warnings.join()}`)
    if (said) assert.match(warnings[0] ?? '', said, what)
  }
})

/** What happens to the right bytes of a shared store while an install waits for its turn to copy them. */
const MEANWHILE: Readonly<Record<string, (path: string, size: number) => void>> = {
  'are taken away': (path) => rmSync(path),
  'become others': (path, size) => writeFileSync(path, Buffer.alloc(size)),
  grow: (path) => appendFileSync(path, 'more'),
}

/** Installs while somebody else is at it, who does this and is done once the install has to wait. */
async function installBehind(machine: Awaited<ReturnType<typeof aSharedMachine>>, act: (own: Layout) => void) {
  const { aUser, install, tar } = machine
  const user = aUser()
  const own = openStore(user.storeRoot)
  const turn = await takeLock({ path: own.blobLock(tar.digest), mode: 'exclusive', subject: 'x', ...STORE_DISK })
  const told: string[] = []
  const info = (line: string) => {
    if (!line.startsWith('waiting for another octo process')) return
    act(own)
    turn[Symbol.dispose]()
  }
  return { own, told, done: install({ ...user, report: { warn: (line) => void told.push(line), info } }) }
}

test('bytes of a shared store that change once they were proven are said, and are none of those that run', async (t) => {
  const machine = await aSharedMachine(t)
  const { layout, tar, change } = machine
  for (const [what, damage] of Object.entries(MEANWHILE)) {
    using _changed = change(() => {
      removeOpen(layout.tree(tar.key))
      chmodSync(layout.blob(tar.digest), 0o644)
    })
    const { own, told, done } = await installBehind(machine, () => damage(layout.blob(tar.digest), tar.size))
    const [, executable] = (await done).executables
    assert(executable)
    assert(executable.path.startsWith(own.root), what)
    assert.equal(run(executable), OUTPUTS[1], what)
    const problem = 'its bytes cannot be read, or are others'
    assert.deepEqual(told, [`\`core/packed@1.0.0\` in the shared store is passed over: ${problem}`], what)
    assert.deepEqual(readdirSync(own.parts), [], what)
  }
})

test('a download that broke off is gone on with, whatever a shared store has in the place of its bytes', async (t) => {
  const { aUser, install, layout, tar, registry } = await aSharedMachine(t)
  chmodSync(layout.blob(tar.digest), 0o644)
  writeFileSync(layout.blob(tar.digest), Buffer.alloc(tar.size))
  const [path, bytes] = [...registry.files].find(([name]) => name.endsWith('packed.tar.gz')) ?? assert.fail()
  const user = aUser()
  const part = openPart(openStore(user.storeRoot), tar.digest)
  part.restart({ url: `${registry.base}/${path}`, etag: `"${hexOf(digestOf(bytes))}"` })
  part.write(bytes.subarray(0, 10))
  part.keep()
  const ranges: (string | undefined)[] = []
  registry.misbehave = (asked, { headers }) => asked === path && ranges.push(headers.range) === 0
  const [, executable] = (await install(user)).executables
  assert.equal(run(executable ?? assert.fail()), OUTPUTS[1])
  assert.deepEqual(ranges, ['bytes=10-'])
})

test('what the own store cannot take is not blamed on the shared one, nor fetched for that', async (t) => {
  const machine = await aSharedMachine(t)
  const { layout, tar, registry } = machine
  removeOpen(layout.tree(tar.key))
  registry.requests.length = 0
  const { told, done } = await installBehind(machine, ({ blobs }) => rmSync(blobs, { recursive: true }))
  await expectCodeAsync('IO_FAILED', () => done)
  assert.deepEqual([told, registry.requests], [[], []])
})

test('bytes of a shared store that may not be run are refused for that, and are asked of nobody else', async (t) => {
  const { aUser, install, folder, layout, registry, warnings } = await aSharedMachine(t)
  const bytes = tarballOf([
    { path: 'bin/run', content: aScript('evil'), mode: 0o755 },
    { path: '../evil', content: 'evil' },
  ])
  const offer = { bytes, file: 'evil.tar.gz', format: 'tar.gz' as const, executable: 'bin/run' }
  registry.publish(await aRelease(key, { plugin: 'evil', platforms: { linux_amd64: offer } }))
  writeFileSync(layout.blob(digestOf(bytes)), bytes, { mode: 0o444 })
  const config = aConfig([{ url: registry.url(), trust: key }], ['evil'])
  const user = { ...aUser(), config, frozen: false, lockPath: join(folder, 'evil.lock') }
  await expectCodeAsync('ARCHIVE_ENTRY_UNSAFE', () => install(user))
  assert(!registry.requests.some((path) => path.endsWith('evil.tar.gz')))
  assert.deepEqual(warnings, [])
})
