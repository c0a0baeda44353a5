// What killed runs left in the folder for temporary files: removed when nobody can need it any more, and else left alone.
import assert from 'node:assert/strict'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { collectAbandoned } from '../../../system/files/abandoned-directories.ts'
import { nameOfThisProcess } from '../../../system/process/own-name.ts'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'
import { listening } from '../../support/machine/listening.ts'
import { whyNoDisk } from '../../support/machine/mounted-disk.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const onLinux = { skip: process.platform === 'linux' ? false : 'processes are told apart by /proc' }
const asRoot = { skip: process.getuid?.() === 0 ? onLinux.skip : 'needs root, to give folders to others' }
const canMount = { skip: whyNoDisk() ?? false }
const MODULE = new URL('../../../system/files/private-directory.ts', import.meta.url).href
/** Later than any process began: one that cannot be looked at, as the first of a container, is not taken for its child. */
const START = '9'.repeat(18)
const NO_PROCESS = `4194304-${START}`
/** Another run of this test would have the same folder in use. */
const MADE = randomBytes(3).toString('hex')

/** As a killed run left it: its two folders, with a file in each. */
function abandonedIn(folder: string, name = `octo-run-${where()}-${NO_PROCESS}-${MADE}`): string {
  const root = join(folder, name)
  mkdirSync(root, { mode: 0o700 })
  for (const place of ['work', 'tmp']) {
    mkdirSync(join(root, place))
    writeFileSync(join(root, place, 'file'), 'x')
  }
  return root
}

function where(): string {
  return nameOfThisProcess().split('-', 1)[0] as string
}

/** Lives until the test ends. */
async function living(t: TestContext, options: SpawnOptions, words = ['-']): Promise<ChildProcess> {
  const child = spawn('/bin/cat', words, { stdio: ['pipe', 'pipe', 'ignore'], env: {}, ...options })
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  child.stdin?.write('begun')
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

test('the directory of a run that was killed is gone once another run makes one', onLinux, async (t) => {
  const folder = tempFolder(t)
  const make = (then: string) =>
    spawn(process.execPath, [...FROM_SOURCES, '--input-type=module', '-e', `${making}\n${then}`, '--', MODULE], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  const making = `const { makePrivateDirectory } = await import(process.argv.at(-1))
    const directory = makePrivateDirectory()
    console.log(directory.work)`
  const killed = make('setInterval(() => undefined, 1000)')
  t.after(() => killed.kill('SIGKILL'))
  const [line] = await once(killed.stdout as NodeJS.ReadableStream, 'data')
  const root = dirname(String(line).trim())
  writeFileSync(join(root, 'work', 'left'), 'x')
  const [name, living] = [basename(root), make('directory[Symbol.dispose]()')]
  await once(living, 'exit')
  assert.deepEqual(readdirSync(folder), [name], 'its owner lives')
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  const next = make('directory[Symbol.dispose]()')
  await once(next, 'exit')
  assert.deepEqual(readdirSync(folder), [])
})

test('it is removed without what its links lead to', onLinux, (t) => {
  const [folder, outside] = [tempFolder(t), tempFolder(t)]
  writeFileSync(join(outside, 'kept'), 'x')
  const root = abandonedIn(folder)
  symlinkSync(outside, join(root, 'work', 'folder'))
  symlinkSync(join(outside, 'kept'), join(root, 'work', 'link'))
  collectAbandoned(folder)
  assert.deepEqual(readdirSync(folder), [])
  assert.deepEqual(readdirSync(outside), ['kept'])
})

test('one stays whose process lives, is of another boot or container, or is not named', onLinux, (t) => {
  const folder = tempFolder(t)
  const elsewhere = where().replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
  const kept = [
    `octo-run-${nameOfThisProcess()}-${MADE}`,
    `octo-run-${elsewhere}-${NO_PROCESS}-${MADE}`,
    'octo-run-abcDEF',
    `octo-run-${where()}-${NO_PROCESS}`,
    `octo-run-${where()}-${NO_PROCESS}-${MADE}.d`,
    `octo-ocm-${where()}-${NO_PROCESS}-${MADE}`,
  ]
  for (const name of kept) abandonedIn(folder, name)
  const reused = `octo-run-${where()}-${process.pid}-${START}-${MADE}`
  abandonedIn(folder, reused)
  collectAbandoned(folder)
  assert.deepEqual(readdirSync(folder).sort(), kept.sort())
})

/** How a plugin that outlived octo may use its directory. */
const USES: Readonly<Record<string, (t: TestContext, root: string) => Promise<unknown>>> = {
  'works in it': (t, root) => living(t, { cwd: join(root, 'work') }),
  'was told to put its temporary files there': (t, root) => living(t, { env: { TMPDIR: join(root, 'tmp') } }),
  'has a file of it open': (t, root) => {
    const file = openSync(join(root, 'work', 'file'), 'r')
    t.after(() => closeSync(file))
    return living(t, { cwd: '/', stdio: ['pipe', 'pipe', file] })
  },
  'is named it in its command line': (t, root) => living(t, { cwd: '/' }, ['-', join(root, 'work')]),
  'listens in it': (t, root) => listening(t, createServer(), { path: join(root, 'tmp', 'socket') }),
}
for (const [how, use] of Object.entries(USES))
  test(`one stays as long as a process ${how}`, onLinux, async (t) => {
    const folder = tempFolder(t)
    const root = abandonedIn(folder)
    await use(t, root)
    collectAbandoned(folder)
    assert.ok(existsSync(join(root, 'work', 'file')))
  })

test('one goes once the last process that used it has ended', onLinux, async (t) => {
  const folder = tempFolder(t)
  const child = await living(t, { cwd: abandonedIn(folder) })
  collectAbandoned(folder)
  assert.equal(readdirSync(folder).length, 1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  collectAbandoned(folder)
  assert.deepEqual(readdirSync(folder), [])
})

test('a link in its place, and one that others may enter, stay', onLinux, (t) => {
  const [folder, outside] = [tempFolder(t), tempFolder(t)]
  writeFileSync(join(outside, 'kept'), 'x')
  chmodSync(outside, 0o700)
  symlinkSync(outside, join(folder, `octo-run-${where()}-${NO_PROCESS}-linked`))
  const open = abandonedIn(folder)
  chmodSync(open, 0o701)
  collectAbandoned(folder)
  assert.equal(readdirSync(folder).length, 2)
  assert.deepEqual(readdirSync(outside), ['kept'])
})

test('one of another user stays', asRoot, (t) => {
  const folder = tempFolder(t)
  chownSync(abandonedIn(folder), 65534, 65534)
  collectAbandoned(folder)
  assert.equal(readdirSync(folder).length, 1)
})

test('nothing is removed where others can move folders', onLinux, (t) => {
  const folder = tempFolder(t)
  abandonedIn(folder)
  chmodSync(folder, 0o777)
  collectAbandoned(folder)
  assert.equal(readdirSync(folder).length, 1)
  chmodSync(folder, 0o1777)
  collectAbandoned(folder)
  assert.deepEqual(readdirSync(folder), [])
})

test('one in which something is mounted stays', canMount, (t) => {
  const [folder, outside] = [join(tempFolder(t), 'with blank'), tempFolder(t)]
  mkdirSync(folder)
  writeFileSync(join(outside, 'kept'), 'x')
  const place = join(abandonedIn(folder), 'work')
  execFileSync('mount', ['--bind', outside, place])
  t.after(() => existsSync(join(place, 'kept')) && execFileSync('umount', ['-l', place]))
  collectAbandoned(folder)
  assert.deepEqual(readdirSync(outside), ['kept'])
  execFileSync('umount', ['-l', place])
  collectAbandoned(folder)
  assert.deepEqual(readdirSync(folder), [])
})

test('one with very much in it goes over several runs', onLinux, (t) => {
  const folder = tempFolder(t)
  const root = abandonedIn(folder)
  for (let at = 0; at < 20; at++) writeFileSync(join(root, 'work', String(at)), '')
  const left = [1, 2, 3].map(() => {
    collectAbandoned(folder, 10)
    return existsSync(root)
  })
  assert.deepEqual(left, [true, true, false])
})

test('where nothing is, or no folder, nothing happens', (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'file'), '')
  for (const name of ['gone', 'file']) collectAbandoned(join(folder, name))
  assert.deepEqual(readdirSync(folder), ['file'])
})
