// What a path of a descriptor leads to: read to its end where it has one, and told of where it has none.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, lstatSync, openSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readGivenFile } from '../../../system/files/given-file.ts'
import { exposureOf } from '../../../system/files/private-file.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const skip = process.platform === 'win32' && 'there are no paths of descriptors'
const GIVEN = { what: 'the file', maxBytes: 10, hint: 'name another' }
const read = (path: string) => readGivenFile(path, GIVEN).toString()

test('a file that is open is read by its number, a folder is no file, and a number that is not open is missing', {
  skip,
}, (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'ten'), '0123456789')
  const [file, place] = [openSync(join(folder, 'ten'), 'r'), openSync(folder, 'r')]
  t.after(() => closeSync(place))
  assert.equal(read(`/dev/fd/${file}`), '0123456789')
  closeSync(file)
  assert.match(expectCode('IO_FAILED', () => read(`/dev/fd/${place}`)).message, / is not a file$/)
  for (const number of ['98765', '99999999999999'])
    assert.equal(expectCode('FILE_NOT_FOUND', () => read(`/dev/fd/${number}`)).hint, GIVEN.hint)
})

test('what this program itself waits with is not waited for', { skip: process.platform !== 'linux' }, () => {
  const all = readdirSync('/proc/self/fd').map((number) => ({ number, target: targetOf(number) }))
  const own = all.filter(({ target }) => target === 'anon_inode:[eventpoll]')
  // Both ends of a pipe are here: nobody closes the one that writes.
  const pipes = all.filter(({ number, target }) => {
    const ends = all.filter((other) => target.startsWith('pipe:') && other.target === target)
    return mayRead(number) && ends.some((other) => !mayRead(other.number))
  })
  assert.ok(own.length > 0 && pipes.length > 0)
  for (const { number } of [...own, ...pipes])
    assert.match(expectCode('IO_FAILED', () => read(`/dev/fd/${number}`)).message, / is not a file$/)
})

test('what another program hands over through a socket is read, and exposed to nobody', { skip }, () => {
  const file = join(import.meta.dirname, '../../../system/files')
  const program = `
    import { readGivenFile } from '${file}/given-file.ts'
    import { exposureOf } from '${file}/private-file.ts'
    const text = readGivenFile('/dev/stdin', ${JSON.stringify(GIVEN)}).toString()
    console.log(JSON.stringify([text, exposureOf('/dev/stdin') ?? null]))`
  const words = [...FROM_SOURCES, '--input-type=module', '--eval', program]
  const { stdout, stderr } = spawnSync(process.execPath, words, { input: 'secret', encoding: 'utf8' })
  assert.equal(stdout, '["secret",null]\n', stderr)
})

test('a file that others can read is exposed, and a folder or device keeps nothing', { skip }, (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'open'), 'x')
  chmodSync(join(folder, 'open'), 0o644)
  assert.equal(exposureOf(join(folder, 'open'))?.mode, '0644')
  assert.equal(exposureOf('/dev/null'), undefined)
})

function mayRead(number: string): boolean {
  return ((lstatSync(`/proc/self/fd/${number}`, { throwIfNoEntry: false })?.mode ?? 0) & 0o400) !== 0
}

function targetOf(number: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${number}`)
  } catch {
    return ''
  }
}
