// What a killed writer left beside a file goes with the next write of that file, and what anybody still writes stays.
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { replaceFile } from '../../../system/files/atomic-file.ts'
import { nameOfThisProcess } from '../../../system/process/own-name.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const onLinux = { skip: process.platform === 'linux' ? false : 'processes are told apart by /proc' }
const asRoot = { skip: process.getuid?.() === 0 ? onLinux.skip : 'needs root, to give files to others' }
const HOUR_MS = 3_600_000

/** A process that has written all but the last step, which it does when it reads a line. */
async function aWriter(t: TestContext, path: string): Promise<ChildProcess> {
  const module = new URL('../../../system/files/atomic-file.ts', import.meta.url).href
  const program = `import fs from 'node:fs/promises'
    import { once } from 'node:events'
    import { syncBuiltinESMExports } from 'node:module'
    const { rename } = fs
    fs.rename = async (...paths) => {
      console.log('written')
      await once(process.stdin, 'data')
      await rename(...paths)
    }
    syncBuiltinESMExports()
    const { replaceFile } = await import(${JSON.stringify(module)})
    await replaceFile(${JSON.stringify(path)}, 'by the writer')
    process.exit(0)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  assert.equal(String(await once(child.stdout, 'data')), 'written\n')
  return child
}

test('a file is taken away once its writer was killed, and not before', onLinux, async (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 'file')
  const [killed, stopped, going] = await Promise.all([aWriter(t, path), aWriter(t, path), aWriter(t, path)])
  stopped.kill('SIGSTOP')
  const count = () => readdirSync(folder).filter((name) => name.startsWith('.file.')).length
  await replaceFile(path, 'while all run')
  assert.equal(count(), 3)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  await replaceFile(path, 'after the kill')
  assert.deepEqual([count(), readFileSync(path, 'utf8')], [2, 'after the kill'])
  going.stdin?.write('\n')
  assert.deepEqual(await once(going, 'exit'), [0, null])
  assert.deepEqual([count(), readFileSync(path, 'utf8')], [1, 'by the writer'])
  await replaceFile(path, 'once more')
  stopped.kill('SIGCONT')
  stopped.stdin?.write('\n')
  assert.deepEqual(await once(stopped, 'exit'), [0, null])
  assert.deepEqual([readdirSync(folder), readFileSync(path, 'utf8')], [['file'], 'by the writer'])
})

/** `WHERE-PID-START` of this process, of one that has ended, and of one that cannot be seen from here. */
function owners() {
  const living = nameOfThisProcess()
  const [where = ''] = living.split('-')
  const elsewhere = where.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
  return { living, ended: `${where}-4194304-7`, elsewhere: `${elsewhere}-1-7` }
}

const HEX = '0123456789ab'

/** Name behind `.file.`, age in hours, and whether it goes. */
function rows(): readonly (readonly [name: string, hours: number, goes: boolean])[] {
  const { living, ended, elsewhere } = owners()
  return [
    [`${ended}-${HEX}`, 0, true],
    [`${ended}-${HEX}`, 48, true],
    [`${ended}-${HEX}`, -48, true],
    [`${living}-${HEX}`, 0, false],
    [`${living}-${HEX}`, 480, false],
    [`${elsewhere}-${HEX}`, 0, false],
    [`${elsewhere}-${HEX}`, 23, false],
    [`${elsewhere}-${HEX}`, 25, true],
    [`${elsewhere}-${HEX}`, -48, false],
    [HEX, 0, false],
    [HEX, 23, false],
    [HEX, 25, true],
    [`${HEX}c`, 48, false],
    [HEX.slice(1), 48, false],
    [HEX.toUpperCase(), 48, false],
    ['txt', 48, false],
    [`old.${HEX}`, 48, false],
    [`${ended}-`, 48, false],
    [`${ended}`, 48, false],
    [`x${ended}-${HEX}`, 48, false],
    [`${ended}-${ended}-${HEX}`, 48, false],
    [`4194304-7-${HEX}`, 48, false],
  ]
}

test('what goes is told by the owner’s name, or else by a day of age', onLinux, async (t) => {
  for (const [name, hours, goes] of rows()) {
    const folder = tempFolder(t)
    aged(join(folder, `.file.${name}`), hours)
    await replaceFile(join(folder, 'file'), 'x')
    assert.equal(!existsSync(join(folder, `.file.${name}`)), goes, `${name}, ${hours} hours old`)
  }
})

function aged(path: string, hours: number): void {
  if (!lstatSync(path, { throwIfNoEntry: false })) writeFileSync(path, '')
  const seconds = (Date.now() - hours * HOUR_MS) / 1000
  lutimesSync(path, seconds, seconds)
}

test('files whose names are nearly such stay', onLinux, async (t) => {
  const folder = tempFolder(t)
  const { ended } = owners()
  const kept = [`.file2.${HEX}`, `file.${HEX}`, `.fil.${ended}-${HEX}`, `.file${ended}-${HEX}`, `..file.${HEX}`]
  for (const name of kept) aged(join(folder, name), 48)
  await replaceFile(join(folder, 'file'), 'x')
  assert.deepEqual(readdirSync(folder).sort(), ['file', ...kept].sort())
})

const NO_FILES: Readonly<Record<string, (path: string) => void>> = {
  'a folder': (path) => {
    mkdirSync(path)
    writeFileSync(join(path, 'in it'), '')
  },
  'a link': (path) => symlinkSync('file', path),
  'a link to nothing': (path) => symlinkSync('gone', path),
}

test('what has such a name and is no file stays', onLinux, async (t) => {
  for (const [what, make] of Object.entries(NO_FILES)) {
    const folder = tempFolder(t)
    const path = join(folder, `.file.${owners().ended}-${HEX}`)
    make(path)
    await replaceFile(join(folder, 'file'), 'x')
    assert.ok(lstatSync(path, { throwIfNoEntry: false }), what)
  }
})

test('a file of another user stays', asRoot, async (t) => {
  const folder = tempFolder(t)
  const path = join(folder, `.file.${owners().ended}-${HEX}`)
  writeFileSync(path, '')
  chownSync(path, 12345, 12345)
  await replaceFile(join(folder, 'file'), 'x')
  assert.ok(existsSync(path))
})

test('many are removed a few at a time, in the folder where they were staged', onLinux, async (t) => {
  const folder = tempFolder(t)
  const staging = join(folder, 'staging')
  mkdirSync(staging)
  const path = join(folder, 'a'.repeat(60))
  const names = Array.from(
    { length: 40 },
    (_, at) => `.${'a'.repeat(39)}.${owners().ended}-${String(at).padStart(12, '0')}`,
  )
  for (const name of names) writeFileSync(join(staging, name), '')
  const left: number[] = []
  for (let round = 0; round < 3; round++) {
    await replaceFile(path, 'x', { staging })
    left.push(readdirSync(staging).length)
  }
  assert.deepEqual(left, [24, 8, 0])
})

test('a write that fails takes nothing away', onLinux, async (t) => {
  const folder = tempFolder(t)
  const left = join(folder, `.file.${owners().ended}-${HEX}`)
  writeFileSync(left, '')
  mkdirSync(join(folder, 'file'))
  await assert.rejects(replaceFile(join(folder, 'file'), 'x'), { code: 'EISDIR' })
  assert.deepEqual(readdirSync(folder).sort(), ['file', `.file.${owners().ended}-${HEX}`].sort())
})
