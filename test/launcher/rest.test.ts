// What few words need lies in a file of its own beside the bundle: of the same build, with the modules that both have.
import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { inSources } from '../../system/source-positions.ts'
import { buildBundles } from '../../tools/bundle/build.ts'
import { aCheckout, saying, start } from '../support/octo/small-checkout.ts'

const OCTO = `
  import { count } from './part/count.ts'
  import { said } from './part/said.ts'
  declare const OCTO_VERSION: string | undefined
  const place = typeof OCTO_VERSION === 'string' ? 'bundle' : 'sources'
  export const runOcto = async ([word]: string[]) => {
    if (word !== 'registry') { console.log(place, said()); return 0 }
    count()
    try {
      console.log(place, await (await import('./registry/main.ts')).said())
      return 0
    } catch (error) {
      const again = await import('./registry/main.ts').catch((error) => error.code)
      console.log(error.code, error.message, 'again', again)
      return 1
    }
  }
`
const COUNT = `let counted = 0\nexport const count = () => (counted += 1)\n`
const REGISTRY = `
  import { count } from '../part/count.ts'
  export const said = async () => (await import('../part/served.ts')).served + count()
`
const SERVED = `export const served = 'served '\n`

/** Whose registry is in the rest. */
async function withRest(t: TestContext): Promise<string> {
  const folder = await aCheckout(t)
  mkdirSync(join(folder, 'registry'))
  const files = { 'octo.ts': OCTO, 'part/count.ts': COUNT, 'registry/main.ts': REGISTRY, 'part/served.ts': SERVED }
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  await buildBundles(folder)
  return folder
}

const serve = (folder: string) => start(folder, { words: ['registry'] })

test('the rest is taken in when it is asked for, and has its modules in common with octo', async (t) => {
  const folder = await withRest(t)
  assert.equal(serve(folder), 'bundle served 2')
  for (const path of ['octo.ts', 'part', 'registry', 'tools', 'package-lock.json', 'dist/sources.json'])
    rmSync(join(folder, path), { recursive: true })
  writeFileSync(join(folder, 'dist/rest.cjs'), 'no code')
  assert.equal(start(folder), 'bundle one', 'other words do without')
})

test('a change of the rest or of its sources makes the bundle none, and a build makes it one again', async (t) => {
  const changes: readonly (readonly [what: string, change: (folder: string) => void])[] = [
    ['the rest itself', (folder) => appendFileSync(join(folder, 'dist/rest.cjs'), '\n')],
    ['the rest, gone', (folder) => rmSync(join(folder, 'dist/rest.cjs'))],
    ['what begins it', (folder) => appendFileSync(join(folder, 'registry/main.ts'), '\n')],
    ['what only it loads', (folder) => appendFileSync(join(folder, 'part/served.ts'), '\n')],
  ]
  const folder = await withRest(t)
  for (const [what, change] of changes) {
    change(folder)
    assert.equal(serve(folder), 'sources served 2', what)
    await buildBundles(folder)
    assert.equal(serve(folder), 'bundle served 2', what)
  }
})

test('of a release, nothing of the rest of another build is run, however often it is asked for, and neither is none', async (t) => {
  const [folder, other] = [await withRest(t), await withRest(t)]
  writeFileSync(join(other, 'part/said.ts'), saying('two'))
  await buildBundles(other)
  for (const path of ['octo.ts', 'part', 'registry', 'tools', 'package-lock.json', 'dist/sources.json'])
    rmSync(join(folder, path), { recursive: true })
  const [own, others] = [folder, other].map((place) => readFileSync(join(place, 'dist/rest.cjs'), 'utf8'))
  const telling = (text = '') => text.replace(/\}\)\s*$/, `\n;console.log('it ran')})`)
  writeFileSync(join(folder, 'dist/rest.cjs'), telling(own))
  assert.equal(serve(folder), 'it ran\nbundle served 2')
  writeFileSync(join(folder, 'dist/rest.cjs'), telling(others))
  assert.equal(serve(folder), 'OCTO_REPLACED octo was replaced while it ran again OCTO_REPLACED')
  rmSync(join(folder, 'dist/rest.cjs'))
  assert.match(serve(folder), /^MODULE_NOT_FOUND Cannot find package 'octo'.* again MODULE_NOT_FOUND$/)
})

test('of a rest that is there by half, octo says that it is damaged, however often it is asked for', async (t) => {
  const folder = await withRest(t)
  for (const path of ['octo.ts', 'part', 'registry', 'tools', 'package-lock.json', 'dist/sources.json'])
    rmSync(join(folder, path), { recursive: true })
  for (const length of [0, 700]) {
    truncateSync(join(folder, 'dist/rest.cjs'), length)
    assert.match(serve(folder), /^OCTO_DAMAGED (it is empty|\S.*) again OCTO_DAMAGED$/)
  }
})

test('a package outside of the files is missed only by what needs it', async (t) => {
  const folder = await withRest(t)
  writeFileSync(join(folder, 'registry/stored.ts'), `import Database from 'better-sqlite3'\nexport { Database }`)
  writeFileSync(join(folder, 'registry/main.ts'), `${REGISTRY}export const stored = () => import('./stored.ts')`)
  await buildBundles(folder)
  for (const path of ['octo.ts', 'part', 'registry', 'tools', 'package-lock.json', 'dist/sources.json', 'node_modules'])
    rmSync(join(folder, path), { recursive: true, force: true })
  assert.equal(serve(folder), 'bundle served 2')
})

test('a stack of the rest names lines of the sources', async (t) => {
  const folder = await withRest(t)
  writeFileSync(join(folder, 'part/served.ts'), `// …\nexport const served = new Error('x').stack\n`)
  await buildBundles(folder)
  const stack = serve(folder)
  assert.match(stack, /dist\/rest\.cjs:\d+:\d+/)
  assert.match(inSources(stack), new RegExp(`${join(folder, 'part/served.ts')}:2:23`))
})

test('an `import()` that would begin a file of its own ends the build', async (t) => {
  const folder = await withRest(t)
  writeFileSync(join(folder, 'registry/main.ts'), `${REGISTRY}export const more = () => import(\`../part/said.ts\`)`)
  await assert.rejects(buildBundles(folder), /files in common, expected one/)
})
