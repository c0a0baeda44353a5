// The lockfile and the documents of a repo are written by others: what they can and cannot make true.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ClientOptions } from '../../../client/index.ts'
import type { OwnRecord } from '../../../client/store/own-record.ts'
import type { OctoConfig } from '../../../config/model/config.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { LockedPlugin } from '../../../schemas/lockfile.ts'
import type { TrustKey } from '../../../schemas/trust-key.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import type { ClientMachine } from '../../support/client/client-machine.ts'
import { aMachine, key, one, run } from '../../support/client/client-machine.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'

const DAY = 24 * 3600 * 1000
const FROZEN = { frozen: true, offline: true }

function withKey({ base }: ClientMachine, change: Partial<TrustKey>): Pick<ClientOptions, 'config'> {
  const keys = [{ ...key.trustKey, ...change }]
  const repos = base.config.repos.map((repo) => ({ ...repo, trust: { kind: 'keys' as const, keys } }))
  return { config: { ...base.config, repos } as OctoConfig }
}

/** A machine that never proved anything, with the lockfile of another one. */
function elsewhere({ folder }: ClientMachine, name: string): Pick<ClientOptions, 'storeRoot'> {
  return { storeRoot: join(folder, name) }
}

test('a lockfile is no witness that a release was signed before the end of its key', async (t) => {
  const machine = await aMachine(t)
  await machine.install()
  const ended = withKey(machine, { to: Date.parse('2020-01-01T00:00:00Z') })
  const error = await expectCodeAsync('SIGNER_NOT_ALLOWED', () =>
    machine.install({ ...ended, ...elsewhere(machine, 'fresh'), frozen: true }),
  )
  for (const expected of [key.trustKey.id, '2020-01-01T00:00:00.000Z', 'no record'])
    assert(error.message.includes(expected), error.message)
  assert.match(error.hint ?? '', /`trust-lockfile: true`/)
  for (const place of ['blobs', 'trees/sha256', 'proven', 'memo', 'warm'])
    assert.deepEqual(filesBelow(join(machine.folder, 'fresh', 'v1', place)), [], place)
})

test('a key may say that the lockfile is trusted, which is told each time and never makes a warm run', async (t) => {
  const machine = await aMachine(t)
  await machine.install()
  const trusted = withKey(machine, { to: 1, trustLockfile: true })
  for (let round = 1; round <= 2; round++) {
    const place = { ...trusted, ...elsewhere(machine, 'fresh'), frozen: true }
    await machine.withClient(place, async (client) => {
      const executable = one((await client.install()).executables)
      assert.equal(run(executable), 'hello 1.0.0 !\n')
      client.recordWarmRun({ configPath: join(machine.folder, 'octo.yaml'), request: 'hello' }, executable)
    })
    assert.equal(machine.warnings.filter((line) => line.includes('the config trusts it')).length, round)
  }
  for (const place of ['warm', 'proven']) assert.deepEqual(filesBelow(join(machine.folder, 'fresh', 'v1', place)), [])
  const refused: readonly Partial<TrustKey>[] = [
    { ...{ to: 1, trustLockfile: true }, revoked: true },
    { ...{ trustLockfile: true }, from: Date.now() + DAY },
    { ...{ trustLockfile: true, to: Date.now() + 2 * DAY }, from: Date.now() + DAY },
  ]
  for (const change of refused)
    await expectCodeAsync('SIGNER_NOT_ALLOWED', () => machine.install({ ...withKey(machine, change), frozen: true }))
  // It is no word for what is not locked.
  rmSync(machine.base.lockPath)
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () => machine.install(trusted))
})

test('what this machine proved within the window goes on after it', async (t) => {
  const machine = await aMachine(t)
  const to = Date.now() + DAY
  await machine.install(withKey(machine, { to }))
  const later = { now: () => to + DAY, ...FROZEN }
  await machine.install({ ...withKey(machine, { to }), ...later })
  const refused: readonly Partial<TrustKey>[] = [
    { to, revoked: true },
    { to, from: to + 2 * DAY },
    // Proven before the key was trusted.
    { to: to + 1, from: to },
    { to: 1 },
  ]
  for (const change of refused)
    await expectCodeAsync('SIGNER_NOT_ALLOWED', () => machine.install({ ...withKey(machine, change), ...later }))
  // A later look within a window is a new proof only while the window lasts.
  await machine.install({ ...withKey(machine, { to: to + 9 * DAY }), ...later })
})

test('believes no record of a proof that was carried, forged or damaged', async (t) => {
  const machine = await aMachine(t)
  const to = Date.now() + DAY
  await machine.install(withKey(machine, { to }))
  const later = { ...withKey(machine, { to }), now: () => to + DAY, ...FROZEN }
  const folder = join(machine.base.storeRoot, 'v1/proven')
  const [name = ''] = readdirSync(folder)
  const path = join(folder, name)
  const genuine = readFileSync(path, 'utf8')
  const rewrite = (change: (record: OwnRecord) => unknown) => () =>
    writeFileSync(path, JSON.stringify(change(JSON.parse(genuine) as OwnRecord)))
  const forgeries: Readonly<Record<string, () => void>> = {
    empty: () => writeFileSync(path, ''),
    'cut short': () => writeFileSync(path, genuine.slice(0, -9)),
    'another key': rewrite((record) => ({
      ...record,
      body: { ...(record.body as object), signer: issueKey().trustKey.id },
    })),
    'another bundle': rewrite((record) => ({ ...record, body: { ...(record.body as object), bundle: digestOf('x') } })),
    'another inode': rewrite((record) => ({ ...record, file: '1:1' })),
    'another store': rewrite((record) => ({ ...record, path: `/other/${name}` })),
    'another format': rewrite((record) => ({ ...record, format: 'octo.record/v9' })),
    'no body': rewrite(({ body: _, ...record }) => record),
    'a copy with its times': () => {
      copyFileSync(path, `${path}.copy`)
      utimesSync(`${path}.copy`, 1, 1)
      renameSync(`${path}.copy`, path)
    },
  }
  for (const [what, forge] of Object.entries(forgeries)) {
    await machine.install(later)
    forge()
    const refused = expectCodeAsync('SIGNER_NOT_ALLOWED', () => machine.install(later))
    await refused.catch((error) => assert.fail(`${what}: ${error}`))
    // Only the genuine one is put back into the very same file, except where that is gone.
    if (what === 'a copy with its times') return
    writeFileSync(path, genuine)
  }
})

test('a record that was made after the end is none, whatever it says', async (t) => {
  const machine = await aMachine(t)
  await machine.install()
  const copied = join(machine.folder, 'copied')
  execFileSync('cp', ['-a', machine.base.storeRoot, copied])
  // All files of the copy are younger than the end of the key.
  const ended = withKey(machine, { to: Date.now() - DAY })
  for (const storeRoot of [machine.base.storeRoot, copied])
    await expectCodeAsync('SIGNER_NOT_ALLOWED', () => machine.install({ ...ended, storeRoot, ...FROZEN }))
})

/** Changes what the registry says about `hello`, without a signature as it is. */
function forgeDocument({ registry }: ClientMachine, change: (document: Record<string, unknown>) => void): void {
  const path = 'repos/core/hello.json'
  const document = JSON.parse(String(registry.files.get(path))) as Record<string, unknown>
  change(document)
  registry.files.set(path, Buffer.from(JSON.stringify(document)))
}

test('one forged serial blocks neither this machine nor those that share its lockfile', async (t) => {
  for (const serial of [Number.MAX_SAFE_INTEGER, 2 ** 40, 100_001, 5_000]) {
    const machine = await aMachine(t)
    const update = (options: Partial<ClientOptions> = {}) =>
      machine.withClient(options, (client) => client.lock({ update: 'all' }))
    await machine.install()
    const honest = machine.registry.files.get('repos/core/hello.json') as Buffer
    forgeDocument(machine, (document) => Object.assign(document, { serial }))
    await update()
    assert.equal(machine.readLock().plugins['core/hello']?.serial, 1)
    machine.registry.files.set('repos/core/hello.json', honest)
    await update()
    await update(elsewhere(machine, 'another store'))
    machine.registry.publish(await aRelease(key, { version: '1.1.0' }))
    assert.equal((await update())[0]?.after?.version, '1.1.0')
  }
})

test('a serial that was kept by an older octo blocks nobody', async (t) => {
  const machine = await aMachine(t)
  await machine.install()
  const lock = machine.readLock()
  const entry = lock.plugins['core/hello'] as LockedPlugin
  const poisoned = { ...lock, plugins: { 'core/hello': { ...entry, serial: Number.MAX_SAFE_INTEGER } } }
  writeFileSync(machine.base.lockPath, JSON.stringify(poisoned))
  const seen = join(machine.base.storeRoot, 'v1/seen')
  for (const text of [String(Number.MAX_SAFE_INTEGER), '1e300', 'NaN', '-7', '', '{}', '99999999999']) {
    for (const name of readdirSync(seen)) writeFileSync(join(seen, name), text)
    await machine.withClient({}, (client) => client.lock({ update: 'all' }))
  }
})

test('a small forged leap is refused afterwards, and accepted by a person who was asked', async (t) => {
  const machine = await aMachine(t)
  await machine.install()
  const honest = machine.registry.files.get('repos/core/hello.json') as Buffer
  forgeDocument(machine, (document) => Object.assign(document, { serial: 900 }))
  const update = (options: Partial<ClientOptions> = {}) =>
    machine.withClient(options, (client) => client.lock({ update: ['hello'] }))
  await update()
  machine.registry.files.set('repos/core/hello.json', honest)
  const error = await expectCodeAsync('INDEX_ROLLBACK', update)
  assert.match(error.hint ?? '', /`octo update hello --accept-serial`/)
  // The lockfile knows it too, on a machine that never saw it.
  await expectCodeAsync('INDEX_ROLLBACK', () => update(elsewhere(machine, 'another store')))
  await update({ accept: { serial: true } })
  await update()
  assert.equal(machine.readLock().plugins['core/hello']?.serial, 1)
})

test('asks for no byte of a bundle whose promised size is absurd', async (t) => {
  for (const size of [1024 * 1024 + 1, 6 * 2 ** 30, Number.MAX_SAFE_INTEGER, -1, 0.5, 1e300]) {
    const machine = await aMachine(t)
    forgeDocument(machine, (document) => {
      for (const version of document.versions as { bundle: { size: number } }[]) version.bundle.size = size
    })
    await expectCodeAsync('FORMAT_INVALID', machine.install)
    assert(
      machine.registry.requests.every((path) => !path.includes('sigstore')),
      String(size),
    )
  }
})

test('a repo that was signed when it was locked is not taken unsigned without a word', async (t) => {
  const machine = await aMachine(t)
  await machine.install()
  const before = readFileSync(machine.base.lockPath, 'utf8')
  const repos = machine.base.config.repos.map((repo) => ({ ...repo, trust: { kind: 'unsigned' as const } }))
  const config = { ...machine.base.config, repos } as OctoConfig
  for (const update of [undefined, 'all', ['hello']] as const) {
    const options = update === undefined ? {} : { update }
    const error = await expectCodeAsync('SIGNED_BEFORE', () =>
      machine.withClient({ config }, (client) => client.lock(options)),
    )
    assert.match(error.message, /was locked with a signature/)
    assert.match(error.hint ?? '', /octo update hello --accept-unsigned/)
  }
  await expectCodeAsync('SIGNED_BEFORE', () => machine.install({ config }))
  assert.equal(readFileSync(machine.base.lockPath, 'utf8'), before)
  for (const [path, bytes] of [...machine.registry.files])
    if (path.includes('/1.0.0/hello_'))
      machine.registry.files.set(`${path}.sha256`, Buffer.from(digestOf(bytes).slice(7)))
  await machine.withClient({ config, accept: { unsigned: true } }, (client) => client.lock({ update: ['hello'] }))
  assert.equal(machine.readLock().plugins['core/hello']?.signer, 'unsigned')
  // And back again, which needs nobody's word.
  await machine.install()
  assert.equal(machine.readLock().plugins['core/hello']?.signer, key.trustKey.id)
})

test('a lockfile whose version is not that of its bundle is named, with the way to lock it anew', async (t) => {
  const machine = await aMachine(t)
  await machine.install()
  const text = readFileSync(machine.base.lockPath, 'utf8')
  writeFileSync(machine.base.lockPath, text.replace('"version": "1.0.0"', '"version": "2.0.0"'))
  const error = await expectCodeAsync('STATEMENT_MISMATCH', () => machine.install())
  assert.match(error.message, /`core\/hello@2\.0\.0` is not the release .*lockfile .* proves `core\/hello@1\.0\.0`/)
  assert.match(error.hint ?? '', /^`octo update hello`/)
  await machine.withClient({}, (client) => client.lock({ update: ['hello'] }))
  assert.equal((await machine.install()).executables[0]?.version, '1.0.0')
})
