// A store that all users of a machine read: what it has is proven and run there, and nothing is written there.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { readWarmRun } from '../../../client/index.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { writeOwnRecord } from '../../../client/store/write-own-record.ts'
import { DAY_MS } from '../../../schemas/duration.ts'
import { identityOf } from '../../../system/files/file-identity.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aPin } from '../../support/builders/a-config.ts'
import { key, one, run } from '../../support/client/client-machine.ts'
import { aSharedMachine, isRoot, OUTPUTS, removeOpen, rewrite, STRANGER } from '../../support/client/shared-machine.ts'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'
import { isReachable, whyUnreachable } from '../../support/machine/other-users.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

/** Everything below, with all that `stat` tells but when it was read. */
function stateOf(root: string): readonly string[] {
  return filesBelow(root).map((path) => `${path} ${identityOf(lstatSync(join(root, path), { bigint: true }))}`)
}

test('runs from the shared store what it has, without a download, a copy or a change there', async (t) => {
  const { aUser, installRest, sharedRoot, registry, warnings } = await aSharedMachine(t)
  const user = aUser()
  const before = stateOf(sharedRoot)
  registry.requests.length = 0
  const { executables, downloaded } = await installRest({ ...user, offline: true })
  assert.deepEqual(
    executables.map((executable) => run(executable)),
    OUTPUTS,
  )
  assert(executables.every(({ path }) => path.startsWith(`${sharedRoot}/v1/trees/`)))
  assert.deepEqual([registry.requests, downloaded, warnings], [[], [], []])
  const own = layoutOf(user.storeRoot)
  assert.deepEqual(
    [own.blobs, own.trees, own.releases].flatMap((place) => readdirSync(place)),
    [],
  )
  // When it was used last is for whoever looks after that store.
  assert.equal(existsSync(own.used), false)
  assert.deepEqual(stateOf(sharedRoot), before)
})

test('the own store comes first, and what the shared one lacks goes there', async (t) => {
  const { aUser, install, layout, tar, sharedRoot } = await aSharedMachine(t)
  const user = aUser()
  rmSync(layout.blob(tar.digest))
  removeOpen(layout.tree(tar.key))
  const [hello, other] = (await install(user)).executables
  assert(hello?.path.startsWith(sharedRoot) && other?.path.startsWith(user.storeRoot))
  const { sharedRoot: _none, ...alone } = user
  const [own] = (await install(alone)).executables
  const [again] = (await install(user)).executables
  assert.deepEqual([own?.path.startsWith(user.storeRoot), again?.path], [true, own?.path])
})

test('a warm run from the shared store keeps every guard', async (t) => {
  const { aUser, withClient, sharedRoot, layout, raw, folder, base } = await aSharedMachine(t)
  const configPath = join(folder, 'octo.yaml')
  writeFileSync(configPath, 'operator: {}\n')
  const user = aUser()
  const config = { ...user.config, files: [configPath], inputs: new Map([[configPath, 'operator: {}\n']]) }
  const key = { storeRoot: user.storeRoot, sharedRoot, configPath, lockPath: base.lockPath, request: 'hello' }
  const warm = (changes: Partial<typeof key> = {}) => readWarmRun({ ...key, ...changes })
  const record = () =>
    withClient({ ...user, config }, async (client) => {
      const executable = one(await client.ensure([aPin('hello')]))
      client.recordWarmRun({ configPath, request: 'hello' }, executable)
      await until(() => client.locate(executable) && warm() !== undefined)
    })
  await record()
  assert.equal(run(warm() ?? assert.fail()), OUTPUTS[0])
  assert(warm()?.root.startsWith(sharedRoot))
  const { sharedRoot: _none, ...unnamed } = key
  assert.equal(readWarmRun(unnamed), undefined, 'no shared store is named any more')
  execFileSync('cp', ['-a', sharedRoot, `${sharedRoot}-2`])
  assert.equal(warm({ sharedRoot: `${sharedRoot}-2` }), undefined, 'another one is named')
  const guards: readonly (readonly [what: string, break_: () => void, mend: () => void])[] = [
    ['root', () => chmodSync(sharedRoot, 0o777), () => chmodSync(sharedRoot, 0o755)],
    ['base', () => chmodSync(layout.base, 0o775), () => chmodSync(layout.base, 0o755)],
    ['trees', () => chmodSync(layout.trees, 0o757), () => chmodSync(layout.trees, 0o755)],
    ['file', () => chmodSync(join(layout.tree(raw.key), raw.executable), 0o755), () => undefined],
  ]
  for (const [what, damage, mend] of guards) {
    damage()
    assert.equal(warm(), undefined, what)
    mend()
  }
  chmodSync(join(layout.tree(raw.key), raw.executable), 0o555)
  await record()
  if (!isRoot) return
  chownSync(sharedRoot, STRANGER, STRANGER)
  assert.equal(warm(), undefined, 'somebody else’s')
})

/** As another user does, for each line of options: what it found where. Loading octo takes that user longer than all answers. */
const AS_USER = `
  import { createInterface } from 'node:readline'
  import { openClient } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../../client/index.ts')).href)}
  for await (const line of createInterface({ input: process.stdin })) {
    const warnings = []
    await using client = await openClient({ ...JSON.parse(line), report: { warn: (line) => warnings.push(line) } })
    const { executables, failed } = await client.install()
    const paths = executables.map((executable) => client.locate(executable).path)
    console.log(JSON.stringify({ warnings, paths, failed: failed.map(({ error }) => error.message) }))
  }
`

type Found = { readonly warnings: string[]; readonly paths: string[]; readonly failed: string[] }

/** A process of another user, which answers each time it is asked. */
function aStranger(t: TestContext): (options: object) => Promise<Found> {
  const child = spawn(process.execPath, [...FROM_SOURCES, '--input-type=module', '-e', AS_USER], {
    ...{ uid: STRANGER, gid: STRANGER, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] },
  })
  t.after(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return async (options) => {
    child.stdin.write(`${JSON.stringify(options)}\n`)
    const { value, done } = await lines.next()
    assert(!done, 'it ended without an answer')
    return JSON.parse(value)
  }
}

/** Another user needs a way to the sources, and to the store. */
const noOtherUser = !isRoot
  ? 'only root can be another user'
  : [import.meta.dirname, process.execPath].every(isReachable)
    ? (whyUnreachable() ?? false)
    : 'other users cannot reach this checkout, or its Node'

test('another user runs what root put there, and nothing that others may change', { skip: noOtherUser }, async (t) => {
  const { aUser, sharedRoot, layout, tar, folder, base, change } = await aSharedMachine(t)
  chmodSync(folder, 0o755)
  chmodSync(base.lockPath, 0o644)
  const ask = aStranger(t)
  const asUser = () => {
    const { storeRoot, config, ...rest } = aUser()
    const home = `${storeRoot}-home`
    mkdirSync(home)
    chownSync(home, STRANGER, STRANGER)
    const { inputs: _none, ...plain } = config
    const options = { ...base, ...rest, config: plain, storeRoot: join(home, 'store'), offline: true }
    return ask(options)
  }
  const { warnings, paths, failed } = await asUser()
  assert.deepEqual([warnings, failed, paths.length], [[], [], 2])
  assert(paths.every((path) => path.startsWith(sharedRoot)))
  {
    using _changed = change(() => chownSync(join(layout.tree(tar.key), 'lib/data'), STRANGER + 1, STRANGER + 1))
    const copied = await asUser()
    assert.match(copied.warnings.join('\n'), /`lib\/data` belongs to another user$/)
    assert.deepEqual(
      copied.paths.map((path) => path.startsWith(sharedRoot)),
      [true, false],
    )
  }
  using _closed = change(() => chmodSync(layout.releases, 0o700))
  const refused = await asUser()
  assert.match(refused.warnings.join('\n'), /is passed over: it cannot be read \(EACCES\)/)
  assert.deepEqual(refused.paths, [])
})

test('what runs from a shared store is held to the proven bytes before each start', async (t) => {
  const { aUser, withClient, layout, tar } = await aSharedMachine(t)
  await withClient({ ...aUser(), offline: true }, async (client) => {
    const executable = one(await client.ensure([aPin('packed')]))
    await until(() => client.locate(executable) === executable)
    rewrite(layout, tar)
    await expectCodeAsync('STORE_CORRUPT', async () => client.locate(executable))
  })
})

test('no record of a shared store is believed: memos, proofs and serials are the own store’s', async (t) => {
  const { aUser, installRest, layout, tar, sharedRoot } = await aSharedMachine(t)
  rewrite(layout, tar)
  const entries = ['.', 'bin', 'lib', 'bin/run', 'lib/data'].map((path) => {
    const stat = lstatSync(join(layout.tree(tar.key), path), { bigint: true })
    return stat.isFile() ? [path, identityOf(stat), `sha256:${'0'.repeat(64)}`, 4] : [path, identityOf(stat)]
  })
  // With the right of whoever owns it, and as its own octo writes it.
  assert(writeOwnRecord(layout, layout.memo(tar.key), { entries }))
  const user = aUser()
  const [, executable] = (await installRest({ ...user, offline: true })).executables
  assert(executable?.path.startsWith(user.storeRoot), 'the memo vouches for nothing')
  const ended = [{ ...key.trustKey, to: Date.now() + DAY_MS }]
  const repos = user.config.repos.map((repo) => ({ ...repo, trust: { kind: 'keys' as const, keys: ended } }))
  const later = { config: { ...user.config, repos }, now: () => Date.now() + 2 * DAY_MS }
  const codesOf = async (options: { storeRoot: string; sharedRoot?: string }) =>
    (await installRest({ ...user, ...options, ...later })).failed.map(({ error }) => error.code)
  assert.deepEqual(await codesOf(aUser()), ['SIGNER_NOT_ALLOWED', 'SIGNER_NOT_ALLOWED'])
  // For its owner, who proved it while the key was good, the record counts.
  assert.deepEqual(await codesOf({ storeRoot: sharedRoot }), [])
})
