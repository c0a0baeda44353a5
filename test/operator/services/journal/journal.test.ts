// The journal of a project: the last line about each counts, half a line is none, and it does not grow without an end.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, fstatSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { KnownService } from '../../../../operator/services/journal/journal.ts'
import { openJournal, readJournal } from '../../../../operator/services/journal/journal.ts'
import type { State } from '../../../../operator/services/life/lifecycle.ts'
import { isAtRest, NEW_INSTANCE, STATES } from '../../../../operator/services/life/lifecycle.ts'
import { bootId } from '../../../../system/boot-id.ts'
import { identityOf } from '../../../../system/process/identity.ts'
import { MARK } from '../../../../system/process/mark.ts'
import { freshTable } from '../../../../system/process/process-table.ts'
import { expectCode } from '../../../support/assertions/expect-code.ts'
import { rounds } from '../../../support/machine/full-form.ts'
import { aMountedDisk, whyNoDisk } from '../../../support/machine/mounted-disk.ts'
import { filesBelow, tempFolder } from '../../../support/machine/temp-folder.ts'
import { until } from '../../../support/machine/until.ts'

const ROUNDS = rounds({ short: 100, full: 1000 })
const NOTHING = { services: new Map(), instances: new Map() }
const SERVICE: KnownService = {
  ...{ digest: 'x', waitsFor: [], replicas: 1, restart: { policy: 'no' } },
  stop: { signal: 'SIGTERM', timeoutMs: 10_000, target: 'main' },
}
const generation = (path: string, id: string) => readJournal(path).instances.get(id)?.instance.generation

function aJournal(t: TestContext): string {
  return join(tempFolder(t), 'journal')
}

const linux = { skip: process.platform !== 'linux' && 'what runs of services is looked for on Linux' }

const CUT: readonly string[] = [
  '',
  '\n',
  '{',
  '{"v":1,"instance":"web.1","boot":"x","is":{"gener',
  'nonsense',
  '\0\0\0\0',
]

test(`what was cut off, or is of no use, takes no other line with it (${CUT.length})`, async (t) => {
  for (const cut of CUT) {
    const path = aJournal(t)
    using first = await openJournal(path, NOTHING)
    first.writeInstance('web.1', { ...NEW_INSTANCE, generation: 1 })
    appendFileSync(path, cut)
    assert.equal(generation(path, 'web.1'), 1, cut)
    using next = await openJournal(path, readJournal(path))
    next.writeInstance('web.1', { ...NEW_INSTANCE, generation: 2 })
    assert.equal(generation(path, 'web.1'), 2, cut)
  }
})

test('half of a line that met a full disk is not continued by the next', { skip: whyNoDisk() ?? false }, async (t) => {
  const disk = aMountedDisk(t, 256 * 1024)
  const path = join(disk.folder, 'journal')
  using journal = await openJournal(path, NOTHING)
  const long = (at: number) => ({ ...NEW_INSTANCE, generation: at, reason: 'x'.repeat(3000) })
  journal.writeInstance('web.1', long(1))
  disk.fillUp(0)
  assert.throws(() => {
    for (let at = 2; at < 10; at++) journal.writeInstance('web.1', long(at))
  }, /ENOSPC/)
  assert.doesNotMatch(readFileSync(path, 'utf8'), /\n$/, 'it was cut off')
  const before = generation(path, 'web.1')
  assert.ok(before !== undefined && before >= 1)
  disk.makeRoom()
  journal.writeInstance('web.2', { ...NEW_INSTANCE, generation: 70 })
  assert.deepEqual([generation(path, 'web.1'), generation(path, 'web.2')], [before, 70])
})

test('one that is mostly past is written anew while it is open, and says the same', async (t) => {
  const path = aJournal(t)
  using journal = await openJournal(path, NOTHING, { manyLines: 20 })
  journal.writeService('web', SERVICE)
  journal.writeService('web', { ...SERVICE, digest: 'y' })
  journal.writeInstance('web.2', { ...NEW_INSTANCE, generation: 7 })
  journal.writeService('gone', SERVICE)
  journal.writeInstance('gone.1', NEW_INSTANCE)
  journal.writeInstance('gone.2', NEW_INSTANCE)
  journal.forgetService('gone')
  journal.writeInstance('web.3', NEW_INSTANCE)
  journal.forgetInstance('web.3')
  for (let at = 1; at <= 150; at++) {
    journal.writeInstance('web.1', { ...NEW_INSTANCE, generation: at })
    if (at % 29 > 0) continue
    assert.ok(readFileSync(path, 'utf8').split('\n').length < 40)
    assert.deepEqual([generation(path, 'web.1'), generation(path, 'web.2')], [at, 7])
    const { services, instances } = readJournal(path)
    assert.equal(services.get('web')?.digest, 'y')
    assert.deepEqual([[...services.keys()], [...instances.keys()].sort()], [['web'], ['web.1', 'web.2']])
  }
  assert.deepEqual(filesBelow(join(path, '..')), ['journal'])
  writeFileSync(path, '')
  assert.deepEqual(readJournal(path), NOTHING)
})

test('a journal that cannot be written anew goes on as it is, and is written anew once it can', async (t) => {
  const path = aJournal(t)
  using journal = await openJournal(path, NOTHING, { manyLines: 5 })
  const write = (to: number, from = 1) => {
    for (let at = from; at <= to; at++) journal.writeInstance('web.1', { ...NEW_INSTANCE, generation: at })
  }
  const linesIn = () => readFileSync(path, 'utf8').trim().split('\n').length
  mkdirSync(`${path}.new`)
  write(40)
  const BEGUN = 1
  assert.deepEqual([generation(path, 'web.1'), linesIn()], [40, BEGUN + 40])
  rmdirSync(`${path}.new`)
  write(80, 41)
  assert.equal(generation(path, 'web.1'), 80)
  assert.ok(linesIn() < 20)
  assert.deepEqual(filesBelow(join(path, '..')), ['journal'])
})

/** Says after each line how often the disk was waited for so far. */
async function aCountedJournal(t: TestContext, known: Parameters<typeof openJournal>[1] = NOTHING) {
  let count = 0
  let isRefused = false
  const path = aJournal(t)
  const sync = () => {
    if (isRefused) throw Object.assign(new Error('EIO'), { code: 'EIO' })
    count++
  }
  const journal = await openJournal(path, known, { sync })
  t.after(() => journal[Symbol.dispose]())
  const is = (state: State) => ({ ...NEW_INSTANCE, state })
  return { path, journal, is, count: () => count, refuse: (refused: boolean) => (isRefused = refused) }
}

const PAIRS = STATES.flatMap((before) => STATES.map((after) => [before, after] as [State, State]))

test(`a state is on disk where another boot would believe it, or what was before it (${PAIRS.length})`, async (t) => {
  const { journal, is, count } = await aCountedJournal(t)
  for (const [at, [before, after]] of PAIRS.entries()) {
    const id = `web.${at}`
    journal.writeInstance(id, is(before))
    const counted = count()
    journal.writeInstance(id, is(after))
    const hasWaited = count() > counted
    assert.equal(hasWaited, isAtRest(is(before)) || isAtRest(is(after)), `${before} → ${after}`)
  }
})

test('the first that is heard of an instance in this boot is on disk, and so is every service', async (t) => {
  const boots = [
    ['other', 1],
    [bootId(), 0],
  ] as const
  for (const [boot, expected] of boots) {
    const instance = { ...NEW_INSTANCE, state: 'running' as const }
    const { journal, is, count } = await aCountedJournal(t, {
      ...NOTHING,
      instances: new Map([['web.1', { boot, instance }]]),
    })
    journal.writeInstance('web.1', is('ending'))
    assert.equal(count(), expected, boot)
    journal.writeInstance('web.2', is('starting'))
    journal.writeService('web', SERVICE)
    assert.equal(count(), expected + 2)
  }
})

test('what is written together is waited for once, and a disk that refused is asked again by the next line', async (t) => {
  const { path, journal, is, count, refuse } = await aCountedJournal(t)
  const writeAll = () =>
    journal.together(() => {
      for (let at = 1; at <= 20; at++) journal.writeInstance(`web.${at}`, is('waiting'))
    })
  writeAll()
  assert.deepEqual([count(), readJournal(path).instances.size], [1, 20])
  refuse(true)
  for (let at = 1; at <= 20; at++) assert.doesNotThrow(() => journal.writeInstance(`web.${at}`, is('preparing')))
  assert.throws(() => journal.writeInstance('web.1', is('stopped')), /EIO/)
  assert.throws(() => journal.writeInstance('web.1', is('waiting')), /EIO/)
  journal.together(() => journal.writeInstance('web.2', is('failed')))
  assert.throws(() => journal.writeInstance('web.3', is('starting')), /EIO/, 'what was not put on disk before')
  refuse(false)
  journal.writeInstance('web.3', is('running'))
  journal.writeInstance('web.3', is('ending'))
  assert.equal(count(), 2)
  const states = ['web.1', 'web.2', 'web.3'].map((id) => readJournal(path).instances.get(id)?.instance.state)
  assert.deepEqual(states, ['waiting', 'failed', 'ending'])
})

test('what a disk refused once is written to it again, as the system does not tell of it twice', async (t) => {
  for (const how of ['by itself', 'together'] as const) {
    const path = aJournal(t)
    let refusals = 0
    const synced: number[] = []
    const sync = (file: number) => {
      if (refusals-- > 0) throw Object.assign(new Error('EIO'), { code: 'EIO' })
      synced.push(fstatSync(file).ino)
    }
    using journal = await openJournal(path, NOTHING, { sync })
    const inode = () => statSync(path).ino
    const refused = inode()
    refusals = 1
    const write = () => journal.writeService('web', SERVICE)
    if (how === 'together') journal.together(write)
    else assert.throws(write, /EIO/)
    journal.writeInstance('web.1', { ...NEW_INSTANCE, state: 'running' })
    const again = inode()
    assert.notEqual(again, refused, how)
    journal.writeInstance('web.1', NEW_INSTANCE)
    assert.deepEqual([inode(), new Set(synced)], [again, new Set([again])], how)
    assert.equal(readJournal(path).services.size, 1, how)
  }
})

/** Also two of them, on a disk that was full both times. */
const CUT_OFF = ['', '\n', '{', '{"v":1,"service":"we', '{"v":1,"ser\n{"v":1,"is":{}}']

test('one of which all was forgotten says so, also beside processes that were left alone', linux, async (t) => {
  const folder = join(tempFolder(t), 'shop-octo-0123456789abcdee')
  mkdirSync(folder)
  const path = join(folder, 'journal')
  using journal = await openJournal(path, NOTHING)
  journal.writeService('web', SERVICE)
  journal.forgetService('web')
  using _ = await openJournal(path, readJournal(path))
  const env = { ...process.env, [MARK]: '0123456789abcdee/web.1#1/proof' }
  const child = spawn('sleep', ['600'], { env, stdio: 'ignore' })
  t.after(() => child.kill())
  await once(child, 'spawn')
  assert.deepEqual(readJournal(path), NOTHING)
})

/** Becomes itself again and again, as long as it is. */
const CHANGES = 'exec /bin/sh -c "$0" "$0"'

test('what becomes another program just now runs of a journal that is gone, too', linux, async (t) => {
  const folder = join(tempFolder(t), 'shop-octo-0123456789abcded')
  mkdirSync(folder)
  const env = { ...process.env, [MARK]: '0123456789abcded/web.1#1/proof' }
  const child = spawn('/bin/sh', ['-c', CHANGES, CHANGES], { env, stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  await until(() => freshTable().some(({ pid, mark }) => pid === child.pid && mark === env[MARK]))
  for (let round = 0; round < ROUNDS; round++) {
    const { details } = expectCode('FORMAT_INVALID', () => readJournal(join(folder, 'journal')))
    assert.deepEqual(details.pids, [child.pid], `round ${round}`)
  }
})

test(
  'a journal of which nothing can be read is refused, with what runs of it and how to begin anew',
  linux,
  async (t) => {
    const folder = join(tempFolder(t), 'shop-octo-0123456789abcdef')
    mkdirSync(folder)
    const path = join(folder, 'journal')
    const env = { ...process.env, [MARK]: '0123456789abcdef/web.1#1/proof' }
    const child = spawn('sleep', ['600'], { env, stdio: 'ignore' })
    t.after(() => child.kill())
    await until(() => freshTable().some(({ pid, mark }) => pid === child.pid && mark === env[MARK]))
    const damaged = '{"v":1,"service":"web","is":x}\n'
    for (const text of ['nonsense\n', '\0\0\0\0', '{"v":2,"services":{}}\n', 'a\nb\nc', damaged]) {
      writeFileSync(path, text)
      const { hint, details } = expectCode('FORMAT_INVALID', () => readJournal(path))
      assert.deepEqual(details.pids, [child.pid], text)
      assert.match(hint ?? '', new RegExp(`\`kill ${child.pid}\` .*\`mv \\S+ \\S+\\.old\``))
    }
    for (const text of CUT_OFF) {
      writeFileSync(path, text)
      const { hint, details, message } = expectCode('FORMAT_INVALID', () => readJournal(path))
      assert.deepEqual([details.pids, / is gone, /.test(message)], [[child.pid], true], text)
      assert.match(hint ?? '', new RegExp(`\`kill ${child.pid}\` ends what runs of it, then \`octo start\`$`))
    }
    rmSync(path)
    expectCode('FORMAT_INVALID', () => readJournal(path))
    // A supervisor that can be asked knows what runs, and nobody else starts anything beside it.
    const control = join(folder, 'control.json')
    writeFileSync(control, JSON.stringify({ v: 1, socket: '/gone', process: identityOf(process.pid) }))
    assert.equal(readJournal(path).instances.size, 0)
    rmSync(control)
    child.kill()
    await once(child, 'exit')
    for (const text of CUT_OFF) {
      writeFileSync(path, text)
      assert.equal(readJournal(path).instances.size, 0, `${text} is a first line that was cut off`)
    }
    rmSync(path)
    assert.equal(readJournal(path).instances.size, 0)
    mkdirSync(path)
    expectCode('IO_FAILED', () => readJournal(path))
  },
)
