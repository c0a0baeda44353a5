// The launcher runs the bundle while it is what the sources would become, and never an older one; and of what V8 compiled
// only what was compiled of this bundle by its owner.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
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
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compiledCodePath } from '../../bin/bundle.js'
import { buildBundles } from '../../tools/bundle/build.ts'
import { filesBelow, tempFolder } from '../support/temp-folder.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Says where it runs from, and what its part says. */
const OCTO = [
  `import { said } from './part/said.ts'`,
  `declare const OCTO_VERSION: string | undefined`,
  `const place = typeof OCTO_VERSION === 'string' ? 'bundle' : 'sources'`,
  `export const runOcto = async () => { console.log(place, said()); return 0 }`,
].join('\n')
const saying = (text: string) => `export const said = () => '${text}'\n`
const LOCK = JSON.stringify({ packages: { '': { name: 'octo' } } })

/** A checkout of two small files with its bundle. */
async function aCheckout(t: TestContext): Promise<string> {
  const folder = tempFolder(t)
  cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true })
  for (const path of ['part', 'node_modules', 'tools/bundle']) mkdirSync(join(folder, path), { recursive: true })
  const files = { 'octo.ts': OCTO, 'part/said.ts': saying('one'), 'node_modules/.package-lock.json': LOCK }
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  writeFileSync(join(folder, 'package.json'), '{"version":"1.2.3","type":"module"}')
  writeFileSync(join(folder, 'package-lock.json'), LOCK)
  await buildBundles(folder)
  return folder
}

/** The same as people get it who have no sources. */
async function aRelease(t: TestContext): Promise<string> {
  const folder = await aCheckout(t)
  for (const path of ['octo.ts', 'part', 'tools', 'package-lock.json', 'node_modules', 'dist/sources.json'])
    rmSync(join(folder, path), { recursive: true })
  return folder
}

function start(folder: string, env: NodeJS.ProcessEnv = {}, flags: readonly string[] = []): string {
  const args = [...flags, join(folder, 'bin/octo.js'), 'list']
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, ...env } })
  return (stdout || stderr).trim()
}

const bundleOf = (folder: string) => join(folder, 'dist/octo.cjs')
const codeOf = (folder: string) => compiledCodePath(bundleOf(folder))

test('the bundle is run while no source has changed, and never after', async (t) => {
  const path = (folder: string) => join(folder, 'part/said.ts')
  const cases: [string, string, (folder: string) => void][] = [
    ['nothing changed', 'bundle one', () => undefined],
    ['a source', 'sources four', (folder) => writeFileSync(path(folder), saying('four'))],
    ['a source, to as many bytes', 'sources two', (folder) => writeFileSync(path(folder), saying('two'))],
    [
      'a source, with its time put back',
      'sources two',
      (folder) => keepTimes(path(folder), () => writeFileSync(path(folder), saying('two'))),
    ],
    ['a source, by an older file in its place', 'sources two', (folder) => replaceByOlder(path(folder), saying('two'))],
    ['a source more', 'sources one', (folder) => writeFileSync(join(folder, 'part/more.ts'), '')],
    [
      'a source more, gone again',
      'sources one',
      (folder) => {
        writeFileSync(join(folder, 'part/more.ts'), '')
        rmSync(join(folder, 'part/more.ts'))
      },
    ],
    ['the first file', 'sources one', (folder) => writeFileSync(join(folder, 'octo.ts'), `${OCTO}\n`)],
    [
      'the version',
      'sources one',
      (folder) => writeFileSync(join(folder, 'package.json'), '{"version":"1.2.4","type":"module"}'),
    ],
    ['the lockfile', 'sources one', (folder) => writeFileSync(join(folder, 'package-lock.json'), `${LOCK}\n`)],
    ['the tool that bundles', 'sources one', (folder) => writeFileSync(join(folder, 'tools/bundle/more.ts'), '')],
    ['a file at the top', 'bundle one', (folder) => writeFileSync(join(folder, 'notes.txt'), '')],
    ['the bundle itself', 'sources one', (folder) => writeFileSync(bundleOf(folder), readFileSync(bundleOf(folder)))],
    ['the bundle, half of it', 'sources one', (folder) => truncateSync(bundleOf(folder), 100)],
    ['the bundle, gone', 'sources one', (folder) => rmSync(bundleOf(folder))],
    ['the list, gone', 'sources one', (folder) => rmSync(join(folder, 'dist/sources.json'))],
    ['the list, half of it', 'sources one', (folder) => truncateSync(join(folder, 'dist/sources.json'), 40)],
    ['the list, something else', 'sources one', (folder) => writeFileSync(join(folder, 'dist/sources.json'), '{}')],
    ['all of dist', 'sources one', (folder) => rmSync(join(folder, 'dist'), { recursive: true })],
  ]
  for (const [what, expected, change] of cases) {
    const folder = await aCheckout(t)
    change(folder)
    assert.equal(start(folder), expected, what)
  }
})

function keepTimes(file: string, change: () => void): void {
  const reference = join(file, '../../times')
  spawnSync('cp', ['-p', file, reference])
  change()
  spawnSync('touch', ['-r', reference, file])
}

function replaceByOlder(file: string, text: string): void {
  const { atime, mtime } = statSync(file)
  writeFileSync(`${file}.new`, text)
  utimesSync(`${file}.new`, atime, mtime)
  renameSync(`${file}.new`, file)
}

test('a source that is gone is missed by the bundle as it is by the sources', async (t) => {
  const folder = await aCheckout(t)
  rmSync(join(folder, 'part/said.ts'))
  assert.match(start(folder), /Cannot find module .*said\.ts/)
})

test('a new build is run at once, and so is the one after it', async (t) => {
  const folder = await aCheckout(t)
  for (const text of ['two', 'four']) {
    writeFileSync(join(folder, 'part/said.ts'), saying(text))
    assert.equal(start(folder), `sources ${text}`)
    await buildBundles(folder)
    assert.equal(start(folder), `bundle ${text}`)
  }
})

test('a build that fails leaves nothing that is run, and says which source it cannot read', async (t) => {
  const folder = await aCheckout(t)
  writeFileSync(join(folder, 'part/said.ts'), 'export const said = (')
  await assert.rejects(buildBundles(folder), /part\/said\.ts/)
  assert.match(start(folder), /SyntaxError|Error/)
  writeFileSync(join(folder, 'part/said.ts'), saying('two'))
  assert.equal(start(folder), 'sources two')
})

test('a module whose address or loading esbuild cannot follow is refused', async (t) => {
  const folder = await aCheckout(t)
  for (const line of [
    'console.log(import.meta.resolve)',
    "import { createRequire } from 'node:module'\ncreateRequire(import.meta.url)('x')",
  ]) {
    writeFileSync(join(folder, 'part/said.ts'), `${line}\n${saying('two')}`)
    await assert.rejects(buildBundles(folder), /part\/said\.ts: .*cannot be bundled/s)
  }
})

test('OCTO_FROM_SOURCE=1 runs the sources', async (t) => {
  assert.equal(start(await aCheckout(t), { OCTO_FROM_SOURCE: '1' }), 'sources one')
})

test('a release runs its bundle, without sources or dependencies, also where nothing can be written', async (t) => {
  const folder = await aRelease(t)
  assert.equal(start(folder), 'bundle one')
  keepCode(folder)
  const before = filesBelow(folder)
  chmodSync(join(folder, 'dist'), 0o555)
  assert.equal(start(folder), 'bundle one')
  assert.deepEqual(filesBelow(folder), before)
})

/** Runs the bundle and keeps what V8 compiled. */
function keepCode(folder: string): void {
  const program = `const { compileBundle, compiledCodePath } = require(${JSON.stringify(join(folder, 'bin/bundle.js'))})
    const bundle = compileBundle(${JSON.stringify(bundleOf(folder))})
    bundle.run().runOcto()
    require('node:fs').writeFileSync(${JSON.stringify(codeOf(folder))}, bundle.compiledCode(), { mode: 0o644 })`
  const { status, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

function usesCode(folder: string, flags: readonly string[] = []): boolean {
  const program = `const { compileBundle } = require(${JSON.stringify(join(folder, 'bin/bundle.js'))})
    console.log(compileBundle(${JSON.stringify(bundleOf(folder))}).usesCompiledCode)`
  return spawnSync(process.execPath, [...flags, '-e', program], { encoding: 'utf8' }).stdout === 'true\n'
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
  for (const [what, expected, change] of cases) {
    const folder = tempFolder(t)
    cpSync(original, folder, { recursive: true, preserveTimestamps: true })
    change(folder, codeOf(folder))
    assert.deepEqual([start(folder), usesCode(folder)], ['bundle one', expected], what)
  }
})

test('under other flags, or another version of V8, the bundle is compiled anew', async (t) => {
  const folder = await aRelease(t)
  keepCode(folder)
  assert.equal(usesCode(folder), true)
  assert.equal(usesCode(folder, ['--no-opt']), false)
  assert.equal(start(folder, {}, ['--no-opt']), 'bundle one')
  renameSync(codeOf(folder), codeOf(folder).replace(process.versions.v8, '1.0'))
  assert.deepEqual([start(folder), usesCode(folder)], ['bundle one', false])
})

test('a bundle without an answer does not end with 0', async (t) => {
  const folder = await aCheckout(t)
  writeFileSync(join(folder, 'octo.ts'), 'export const runOcto = () => new Promise(() => undefined)')
  await buildBundles(folder)
  assert.equal(spawnSync(process.execPath, [join(folder, 'bin/octo.js')]).status, 70)
})

test('whatever the umask, only the owner can write what was built, and all can read it', async (t) => {
  const umask = process.umask(0o002)
  t.after(() => process.umask(umask))
  const modeOf = (path: string) => statSync(path).mode & 0o777
  const folder = await aCheckout(t)
  const files = filesBelow(join(folder, 'dist'))
  assert.deepEqual(files, ['LICENSES.txt', 'octo.cjs', 'octo.cjs.map', 'sources.json'])
  assert.deepEqual([...new Set(files.map((file) => modeOf(join(folder, 'dist', file))))], [0o644])
  assert.equal(modeOf(join(folder, 'dist')), 0o755)
})
