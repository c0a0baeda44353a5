// Of what V8 compiled, the launcher takes only what was compiled of this very bundle, and by its owner: it is code that
// nobody could read.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { compiledCodePath } from '../../bin/bundle.js'
import { buildBundles } from '../../tools/bundle/build.ts'
import { triedOf } from '../support/machine/full-form.ts'
import { filesBelow, tempFolder } from '../support/machine/temp-folder.ts'
import { aCheckout, aRelease, bundleOf, saying, start } from '../support/octo/small-checkout.ts'

/** Each stands twice. */
const PIECE = 16_384
const codeOf = (folder: string) => compiledCodePath(bundleOf(folder))

/** Runs the bundle and keeps what V8 compiled. */
function keepCode(folder: string): void {
  const program = `const { compileBundle, compiledCodePath } = require(${JSON.stringify(join(folder, 'bin/bundle.js'))})
    const bundle = compileBundle(${JSON.stringify(bundleOf(folder))})
    bundle.run().runOcto()
    require('node:fs').writeFileSync(${JSON.stringify(codeOf(folder))}, bundle.compiledCode(), { mode: 0o644 })`
  const { status, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

/** Of each folder in turn, all asked in one process. */
function useCode(folders: readonly string[], flags: readonly string[] = []): readonly boolean[] {
  const asked = folders.map((folder) => [join(folder, 'bin/bundle.js'), bundleOf(folder)])
  const program = `console.log(JSON.stringify(JSON.parse(process.argv[1]).map(([launcher, bundle]) =>
    require(launcher).compileBundle(bundle).usesCompiledCode)))`
  const words = [...flags, '-e', program, JSON.stringify(asked)]
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  assert.notEqual(stdout, '', stderr)
  return JSON.parse(stdout)
}

function usesCode(folder: string, flags: readonly string[] = []): boolean {
  return useCode([folder], flags)[0] === true
}

test('code compiled of another bundle of equal length is not run', async (t) => {
  const [one, two] = [await aRelease(t), await aCheckout(t)]
  keepCode(one)
  writeFileSync(join(two, 'part/said.ts'), saying('two'))
  await buildBundles(two)
  copyFileSync(codeOf(one), codeOf(two))
  assert.equal(statSync(bundleOf(one)).size, statSync(bundleOf(two)).size, 'V8 sees no difference')
  assert.deepEqual([start(two), usesCode(two)], ['bundle two', false])
  const text = readFileSync(bundleOf(one), 'utf8')
  writeFileSync(bundleOf(one), text.replace("'one'", "'two'").replace('"one"', '"two"'))
  assert.deepEqual([start(one), usesCode(one)], ['bundle two', false], 'a bundle edited by hand')
})

test('compiled code is used only as its owner left it, and octo runs in any case', async (t) => {
  const cases: [string, boolean, (folder: string, code: string) => void][] = [
    ['as it was made', true, () => undefined],
    ['readable by its owner alone', true, (_, code) => chmodSync(code, 0o600)],
    ['missing', false, (_, code) => rmSync(code)],
    ['writable by a group', false, (_, code) => chmodSync(code, 0o664)],
    ['writable by all', false, (_, code) => chmodSync(code, 0o646)],
    ['in a folder that a group can write', false, (folder) => chmodSync(join(folder, 'dist'), 0o775)],
    ['in a folder that all can write', false, (folder) => chmodSync(join(folder, 'dist'), 0o1777)],
    [
      'a link',
      false,
      (folder, code) => {
        renameSync(code, join(folder, 'code'))
        symlinkSync(join(folder, 'code'), code)
      },
    ],
    ['half of it', false, (_, code) => truncateSync(code, Math.floor(statSync(code).size / 2))],
    ['without its first bytes', false, (_, code) => writeFileSync(code, readFileSync(code).subarray(64))],
    ['nothing before the source', false, (folder, code) => copyFileSync(bundleOf(folder), code)],
    ['with a byte more', false, (_, code) => appendFileSync(code, '\0')],
    [
      'once in place of twice',
      false,
      (folder, code) => writeFileSync(code, readFileSync(code).subarray(lengthOfCode(folder))),
    ],
    ['empty', false, (_, code) => truncateSync(code, 0)],
    [
      'a folder',
      false,
      (_, code) => {
        rmSync(code)
        mkdirSync(code)
      },
    ],
  ]
  if (process.getuid?.() === 0) cases.push(['of another owner', false, (_, code) => chownSync(code, 1, 1)])
  const original = await aRelease(t)
  keepCode(original)
  const started = triedOf(cases, STARTED)
  const folders = cases.map((one) => {
    const [what, , change] = one
    const folder = tempFolder(t)
    cpSync(original, folder, { recursive: true, preserveTimestamps: true })
    change(folder, codeOf(folder))
    if (started.includes(one)) assert.equal(start(folder), 'bundle one', what)
    return folder
  })
  const used = useCode(folders)
  assert.deepEqual(
    cases.map(([what], at) => [what, used[at]]),
    cases.map(([what, expected]) => [what, expected]),
  )
})

/** One of each kind; whether compiled code is used is asked of all of them, in one process. */
const STARTED: readonly string[] = ['as it was made', 'missing', 'writable by a group', 'half of it', 'a folder']

const lengthOfCode = (folder: string) => (statSync(codeOf(folder)).size - statSync(bundleOf(folder)).size) / 2

/** Each runs, so that V8 keeps what it compiled of it. */
const manyFunctions = () =>
  Array.from(
    { length: 400 },
    (_, at) => `export const f${at} = ((a: number) => [a + ${at}, 'text ${at}'].map(String).join())(${at})\n`,
  ).join('')

test('code of which a disk gives back another bit is not run, whichever bit it is', async (t) => {
  const folder = await aCheckout(t)
  writeFileSync(join(folder, 'part/said.ts'), `${saying('one')}${manyFunctions()}`)
  await buildBundles(folder)
  keepCode(folder)
  const [code, length] = [readFileSync(codeOf(folder)), lengthOfCode(folder)]
  const last = length % PIECE || PIECE
  assert.ok(length > 2 * PIECE, `${length} bytes are several pieces`)
  assert.deepEqual(code.subarray(0, PIECE), code.subarray(PIECE, 2 * PIECE))
  assert.deepEqual(code.subarray(2 * (length - last), 2 * length - last), code.subarray(2 * length - last, 2 * length))
  // Some at the borders of the parts, the others spread over all of them, each time another bit of its byte.
  const borders = [
    0,
    1,
    PIECE - 1,
    PIECE,
    2 * PIECE,
    2 * length - last,
    length - 1,
    length,
    2 * length - 1,
    2 * length,
    code.length - 1,
  ]
  const places = [...borders, ...Array.from({ length: 121 }, (_, at) => Math.floor((at * code.length) / 121))]
  const program = `const { compileBundle } = require(${JSON.stringify(join(folder, 'bin/bundle.js'))})
    const { openSync, writeSync } = require('node:fs')
    const file = openSync(${JSON.stringify(codeOf(folder))}, 'r+')
    const isUsed = () => compileBundle(${JSON.stringify(bundleOf(folder))}).usesCompiledCode
    const used = []
    for (const [bit, place, byte] of JSON.parse(process.argv[1])) {
      writeSync(file, Buffer.of(byte ^ (1 << bit)), 0, 1, place)
      if (isUsed()) used.push(place)
      writeSync(file, Buffer.of(byte), 0, 1, place)
    }
    console.log(JSON.stringify({ used, afterwards: isUsed() }))`
  const flips = places.map((place, at) => [at % 8, place, code[place]])
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program, JSON.stringify(flips)], { encoding: 'utf8' })
  assert.equal(stdout, '{"used":[],"afterwards":true}\n', stderr)
})

test('under other flags, or another version of V8, the bundle is compiled anew', async (t) => {
  const folder = await aRelease(t)
  keepCode(folder)
  assert.equal(usesCode(folder), true)
  assert.equal(usesCode(folder, ['--no-opt']), false)
  assert.equal(start(folder, { flags: ['--no-opt'] }), 'bundle one')
  renameSync(codeOf(folder), codeOf(folder).replace(process.versions.v8, '1.0'))
  assert.deepEqual([start(folder), usesCode(folder)], ['bundle one', false])
})

test('a start writes nothing, whatever code is there', async (t) => {
  const folder = await aRelease(t)
  const before = filesBelow(folder)
  start(folder)
  assert.deepEqual(filesBelow(folder), before)
})
