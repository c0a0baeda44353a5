// The launcher runs the bundle while it is what the sources would become, and never an older one.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isCurrent } from '../../bin/bundle.js'
import { inSources } from '../../system/source-positions.ts'
import { buildBundles } from '../../tools/bundle/build.ts'
import { triedOf } from '../support/machine/full-form.ts'
import { filesBelow } from '../support/machine/temp-folder.ts'
import { aCheckout, aRelease, bundleOf, OCTO, saying, start } from '../support/octo/small-checkout.ts'

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
    ['the lockfile', 'sources one', (folder) => appendFileSync(join(folder, 'package-lock.json'), '\n')],
    ['the tool that bundles', 'sources one', (folder) => writeFileSync(join(folder, 'tools/bundle/more.ts'), '')],
    ['a file of that tool', 'sources one', (folder) => writeFileSync(join(folder, 'tools/bundle/tool.ts'), '//')],
    [
      'a file of that tool, with its time put back',
      'sources one',
      (folder) =>
        keepTimes(join(folder, 'tools/bundle/tool.ts'), () =>
          appendFileSync(join(folder, 'tools/bundle/tool.ts'), '//'),
        ),
    ],
    ['a file at the top', 'bundle one', (folder) => writeFileSync(join(folder, 'notes.txt'), '')],
    ['the bundle itself', 'sources one', (folder) => writeFileSync(bundleOf(folder), readFileSync(bundleOf(folder)))],
    ['the bundle, half of it', 'sources one', (folder) => truncateSync(bundleOf(folder), 100)],
    ['the bundle, gone', 'sources one', (folder) => rmSync(bundleOf(folder))],
    ['the list, gone', 'sources one', (folder) => rmSync(join(folder, 'dist/sources.json'))],
    ['the list, half of it', 'sources one', (folder) => truncateSync(join(folder, 'dist/sources.json'), 40)],
    ['the list, something else', 'sources one', (folder) => writeFileSync(join(folder, 'dist/sources.json'), '{}')],
    ['all of dist', 'sources one', (folder) => rmSync(join(folder, 'dist'), { recursive: true })],
  ]
  const started = triedOf(cases, STARTED)
  for (const one of cases) {
    const [what, expected, change] = one
    const folder = await aCheckout(t)
    change(folder)
    assert.equal(isCurrent(folder, 'octo'), expected.startsWith('bundle'), what)
    if (started.includes(one)) assert.equal(start(folder), expected, what)
  }
})

/** By what was changed. The launcher asks nothing else, so the others are started with OCTO_EVERY_CASE=1 alone. */
const STARTED: readonly string[] = ['nothing changed', 'a source', 'the bundle, half of it', 'the list, half of it']

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
  assert.equal(start(await aCheckout(t), { env: { OCTO_FROM_SOURCE: '1' } }), 'sources one')
})

test('OCTO_FROM_SOURCE=0 runs the bundle as it is, where there is one', async (t) => {
  const folder = await aCheckout(t)
  const env = { OCTO_FROM_SOURCE: '0' }
  writeFileSync(join(folder, 'part/said.ts'), saying('two'))
  assert.deepEqual([start(folder, { env }), start(folder)], ['bundle one', 'sources two'])
  rmSync(join(folder, 'dist'), { recursive: true })
  assert.equal(start(folder, { env }), 'sources two')
})

test('a release runs its bundle, without sources or dependencies, also where nothing can be written', async (t) => {
  const folder = await aRelease(t)
  assert.equal(start(folder), 'bundle one')
  const before = filesBelow(folder)
  chmodSync(join(folder, 'dist'), 0o555)
  assert.equal(start(folder), 'bundle one')
  assert.deepEqual(filesBelow(folder), before)
})

/** Ends octo by itself for one word, as the real one becomes the plugin. */
const WARM = `import { said } from '../../part/said.ts'
import { writeSync } from 'node:fs'
  export function main(argv: readonly string[]) { if (argv[1] === 'known') { writeSync(1, 'warm ' + said()); process.exit(0) } }
`

test('octo run asks the small bundle first, and only while that is current itself', async (t) => {
  const folder = await aCheckout(t)
  mkdirSync(join(folder, 'operator/warm'), { recursive: true })
  writeFileSync(join(folder, 'operator/warm/main.ts'), WARM)
  await buildBundles(folder)
  const run = (word: string, env = {}) => start(folder, { words: ['run', word], env })
  assert.deepEqual([run('known'), run('other')], ['warm one', 'bundle one'])
  assert.equal(start(folder, { words: ['check', 'known'] }), 'bundle one', 'only for `octo run`')
  assert.equal(run('known', { OCTO_FROM_SOURCE: '1' }), 'sources one')
  writeFileSync(join(folder, 'octo.ts'), `${OCTO}\n`)
  assert.deepEqual([run('known'), run('other')], ['warm one', 'sources one'], 'it has nothing of octo.ts')
  writeFileSync(join(folder, 'part/said.ts'), saying('two'))
  assert.equal(run('known'), 'sources two')
  await buildBundles(folder)
  assert.equal(run('known'), 'warm two')
  writeFileSync(join(folder, 'dist/warm.cjs'), readFileSync(join(folder, 'dist/warm.cjs')))
  assert.equal(run('known'), 'bundle two', 'a file that the build did not write')
})

test('a stack names lines of the sources while the map is there, and of the bundle without it', async (t) => {
  const folder = await aCheckout(t)
  writeFileSync(
    join(folder, 'part/said.ts'),
    `// … ${saying('one')}export const said = () => {\n  return new Error('x').stack\n}\n`,
  )
  await buildBundles(folder)
  const stack = start(folder)
  assert.match(stack, /dist\/octo\.cjs:\d+:\d+/)
  assert.match(inSources(stack), new RegExp(`${join(folder, 'part/said.ts')}:3:10`))
  assert.doesNotMatch(inSources(stack), /octo\.cjs/)
  const moved = stack.replaceAll(folder, `${folder}-moved`)
  assert.equal(inSources(moved), moved)
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
