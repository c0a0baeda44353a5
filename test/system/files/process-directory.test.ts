// The folder for temporary files of a process that octo becomes: its user's alone, and removed once that process has ended.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { makeProcessDirectory, sweepProcessDirectories } from '../../../system/files/process-directory.ts'
import { nameOfThisProcess } from '../../../system/process/own-name.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const onLinux = { skip: process.platform === 'linux' ? false : 'processes are told apart by /proc' }
const asRoot = { skip: process.getuid?.() === 0 ? onLinux.skip : 'needs root, to give folders to others' }
const PARENT = `octo-run-${process.getuid?.()}`

/** As the file system has it, without the digits that make it one of its own. */
const startOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ')[19]

test('it is open to its user alone, and is named for the process', onLinux, (t) => {
  const folder = tempFolder(t)
  using directory = makeProcessDirectory({ TMPDIR: folder })
  assert.equal(dirname(directory.path), join(folder, PARENT))
  assert.match(basename(directory.path), new RegExp(`^[0-9a-f]{8}-${process.pid}-${startOf(process.pid)}-\\w{6}$`))
  for (const path of [directory.path, dirname(directory.path)]) assert.equal(statSync(path).mode & 0o777, 0o700)
})

test('it is gone when it is given up, with what is in it', onLinux, (t) => {
  const folder = tempFolder(t)
  const directory = makeProcessDirectory({ TMPDIR: folder })
  mkdirSync(join(directory.path, 'deep'))
  writeFileSync(join(directory.path, 'deep', 'file'), '')
  directory[Symbol.dispose]()
  assert.deepEqual(readdirSync(join(folder, PARENT)), [])
})

test('those of ended processes are removed, and no other', onLinux, async (t) => {
  const folder = tempFolder(t)
  const outside = join(folder, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'kept'), '')
  makeProcessDirectory({ TMPDIR: folder })[Symbol.dispose]()
  const [where = ''] = nameOfThisProcess().split('-')
  const elsewhere = where.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
  const [ended, living] = [spawn('/bin/cat'), spawn('/bin/cat')]
  t.after(() => [ended, living].map((child) => child.kill('SIGKILL')))
  const name = (pid = 0, start = startOf(pid)) => `${where}-${pid}-${start}-abcDEF`
  const ofEnded = name(ended.pid)
  ended.kill('SIGKILL')
  await once(ended, 'exit')
  const kept = [
    name(process.pid),
    name(living.pid),
    name(1),
    ofEnded.replace(where, elsewhere),
    ofEnded.replace(/-abcDEF$/, ''),
    `${ofEnded}-abcDEF`,
    `x${ofEnded}`,
    ofEnded.replace(/-\d+-\d+-/, '--'),
    'octo-run-abcDEF',
    'notes',
  ]
  const gone = [ofEnded, name(process.pid, '1'), name(living.pid, `${startOf(living.pid ?? 0)}0`), name(4194304, '7')]
  for (const each of [...kept, ...gone]) mkdirSync(join(folder, PARENT, each, 'deep'), { recursive: true })
  symlinkSync(outside, join(folder, PARENT, name(4194304, '8')))
  symlinkSync(outside, join(folder, PARENT, gone[0] as string, 'link'))
  sweepProcessDirectories({ TMPDIR: folder })
  assert.deepEqual(readdirSync(join(folder, PARENT)).sort(), [...kept].sort())
  assert.deepEqual(readdirSync(outside), ['kept'])
  living.kill('SIGKILL')
  await once(living, 'exit')
  sweepProcessDirectories({ TMPDIR: folder })
  assert.equal(existsSync(join(folder, PARENT, kept[1] as string)), false)
})

test('whoever makes one removes others only where more than sixteen lie', onLinux, (t) => {
  const folder = tempFolder(t)
  const made = () => makeProcessDirectory({ TMPDIR: folder })
  made()[Symbol.dispose]()
  const [where] = nameOfThisProcess().split('-')
  const counts = Array.from({ length: 40 }, (_, at) => {
    mkdirSync(join(folder, PARENT, `${where}-4194304-${at}-abcDEF`))
    using _one = made()
    return readdirSync(join(folder, PARENT)).length - 1
  })
  assert.equal(Math.max(...counts), 16)
  assert.deepEqual(counts.slice(14, 18), [15, 16, 1, 2])
})

test('many are removed a few at a time', onLinux, (t) => {
  const folder = tempFolder(t)
  makeProcessDirectory({ TMPDIR: folder })[Symbol.dispose]()
  const [where] = nameOfThisProcess().split('-')
  for (let at = 0; at < 40; at++) mkdirSync(join(folder, PARENT, `${where}-4194304-${at}-abcDEF`))
  const left = [1, 2, 3].map(() => {
    sweepProcessDirectories({ TMPDIR: folder })
    return readdirSync(join(folder, PARENT)).length
  })
  assert.deepEqual(left, [24, 8, 0])
})

/** What another user may have put there before, or the user changed. */
const TAKEN: Readonly<Record<string, (path: string, folder: string) => void>> = {
  'a link to a folder of this user': (path, folder) => symlinkSync(folder, path),
  'a file': (path) => writeFileSync(path, '', { mode: 0o600 }),
  'a folder that others may enter': (path) => {
    mkdirSync(path)
    chmodSync(path, 0o711)
  },
  'a folder that others may write': (path) => {
    mkdirSync(path)
    chmodSync(path, 0o777)
  },
}
for (const [what, take] of Object.entries(TAKEN))
  test(`there is none where its place is taken by ${what}, and nothing is touched`, onLinux, (t) => {
    const folder = tempFolder(t)
    const target = join(folder, 'target')
    const [where] = nameOfThisProcess().split('-')
    const left = `${where}-4194304-7-abcDEF`
    // Another's folder may be as closed as ours would be.
    mkdirSync(target, { mode: 0o700 })
    mkdirSync(join(target, left))
    take(join(folder, PARENT), target)
    const taken = statSync(join(folder, PARENT)).isDirectory() ? join(folder, PARENT) : target
    mkdirSync(join(taken, left), { recursive: true })
    expectCode('IO_FAILED', () => makeProcessDirectory({ TMPDIR: folder }))
    sweepProcessDirectories({ TMPDIR: folder })
    assert.deepEqual(readdirSync(taken), [left])
  })

test('there is none where its place is taken by another user', asRoot, (t) => {
  const folder = tempFolder(t)
  mkdirSync(join(folder, PARENT), { mode: 0o700 })
  chownSync(join(folder, PARENT), 12345, 12345)
  const { hint = '' } = expectCode('IO_FAILED', () => makeProcessDirectory({ TMPDIR: folder }))
  assert.match(hint, /^set TMPDIR to a folder of your own$/)
  assert.deepEqual(readdirSync(join(folder, PARENT)), [])
})

test('sweeping where nothing is, or no folder, does nothing', (t) => {
  const folder = tempFolder(t)
  sweepProcessDirectories({ TMPDIR: join(folder, 'gone') })
  sweepProcessDirectories({ TMPDIR: folder })
  writeFileSync(join(folder, 'file'), '')
  sweepProcessDirectories({ TMPDIR: join(folder, 'file') })
  symlinkSync('loop', join(folder, 'loop'))
  sweepProcessDirectories({ TMPDIR: join(folder, 'loop') })
  assert.deepEqual(readdirSync(folder).sort(), ['file', 'loop'])
})
