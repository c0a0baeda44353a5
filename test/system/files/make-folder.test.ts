// A folder that a person named is made with all folders on the way, or refused at once.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolder } from '../../../system/files/make-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const MODULE = new URL('../../../system/files/make-folder.ts', import.meta.url).href
const UNENDING_MS = 20_000

test('makes the folders on the way, each with the mode, and does nothing when they are there', (t) => {
  const folder = tempFolder(t)
  const inner = join(folder, 'a/b/c')
  makeFolder(inner, 0o700)
  writeFileSync(join(inner, 'kept'), '')
  makeFolder(inner, 0o700)
  makeFolder('/')
  assert.deepEqual(readdirSync(inner), ['kept'])
  for (const made of ['a', 'a/b', 'a/b/c']) assert.equal(statSync(join(folder, made)).mode & 0o777, 0o700, made)
})

test('whatever the umask, nobody else can write where no mode is said', (t) => {
  const folder = tempFolder(t)
  const umask = process.umask(0)
  t.after(() => process.umask(umask))
  for (const [mask, mode] of [
    [0o000, 0o755],
    [0o002, 0o755],
    [0o077, 0o700],
  ] as const) {
    process.umask(mask)
    makeFolder(join(folder, `${mask}/b`))
    for (const made of [`${mask}`, `${mask}/b`]) assert.equal(statSync(join(folder, made)).mode & 0o777, mode, made)
  }
})

test('goes through a link to a folder, and refuses a file and a link to nothing, last or on the way', (t) => {
  const folder = tempFolder(t)
  mkdirSync(join(folder, 'real'))
  symlinkSync('real', join(folder, 'link'))
  symlinkSync('nowhere', join(folder, 'dangling'))
  writeFileSync(join(folder, 'file'), '')
  makeFolder(join(folder, 'link/below'))
  assert.ok(existsSync(join(folder, 'real/below')))
  for (const [path, code] of [
    ['file', 'EEXIST'],
    ['file/below', 'ENOTDIR'],
    ['file/below/deeper', 'ENOTDIR'],
    ['dangling', 'EEXIST'],
    ['dangling/below', 'EEXIST'],
  ] as const)
    assert.throws(() => makeFolder(join(folder, path)), { code }, path)
  assert.deepEqual(readdirSync(folder).sort(), ['dangling', 'file', 'link', 'real'])
})

// In a process of its own: what tries for ever would hold up this one.
for (const path of ['/proc/octo', '/proc/octo/a/b', '/proc/self/fd/octo/report.xml'])
  test(`${path}, which no one can make, is refused and not tried for ever`, {
    skip: process.platform !== 'linux',
  }, () => {
    const script = `import { makeFolder } from ${JSON.stringify(MODULE)}
      try { makeFolder(${JSON.stringify(path)}) } catch (error) { console.log(error.code) }`
    const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: UNENDING_MS,
      killSignal: 'SIGKILL',
    })
    assert.deepEqual([signal, stdout.trim()], [null, 'ENOENT'])
  })

test('a folder, and one on the way to it, that others make and remove all the time is no error', async (t) => {
  const folder = tempFolder(t)
  const others = [join(folder, 'a'), join(folder, 'a/b')]
  const code = `const { mkdirSync, rmdirSync } = require('fs')
    console.log('begun')
    for (;;) for (const act of [mkdirSync, rmdirSync]) for (const path of ${JSON.stringify(others)}) try { act(path) } catch {}`
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  for (let turn = 0; turn < 5000; turn++) for (const path of others) makeFolder(path)
})
