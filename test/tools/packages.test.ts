// The packages that processes of tests find in one file each.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { bundlePackages } from '../../tools/testing/packages.ts'
import { collectingRarely } from '../support/machine/collecting-rarely.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const CHECKOUT = join(import.meta.dirname, '../..')
const CACHE = join(CHECKOUT, 'node_modules/.cache/tests')
const { files }: { files: [name: string, file: string][] } = JSON.parse(
  readFileSync(join(CACHE, 'packages.json'), 'utf8'),
)
const NAMES = files.map(([name]) => name)

const asNodeHasThem = (): Record<string, string[]> => {
  const program = `const all = {}
    for (const name of ${JSON.stringify(NAMES)}) all[name] = Object.keys(await import(name))
    console.log(JSON.stringify(all))`
  const words = ['--input-type=module', '-e', program]
  return JSON.parse(execFileSync(process.execPath, words, { cwd: CHECKOUT, encoding: 'utf8' }))
}

test('a large package is one file, with all that Node finds in the package', async () => {
  const theirs = asNodeHasThem()
  for (const name of NAMES) {
    assert.match(import.meta.resolve(name), /\/packages-\w+\/[\w-]+\.mjs$/, name)
    const found = Object.keys(await import(name))
    const missing = theirs[name]?.filter((each) => !found.includes(each) && each !== 'module.exports')
    assert.deepEqual(missing, [], name)
  }
})

test('parts of one package share what they are made of', async () => {
  const [{ sql }, { SQLiteSyncDialect }] = await Promise.all([import('drizzle-orm'), import('drizzle-orm/sqlite-core')])
  assert.equal(new SQLiteSyncDialect().sqlToQuery(sql`select ${1}`).sql, 'select ?')
})

test('they are made once, and anew for other versions of packages', async (t) => {
  const root = tempFolder(t)
  const packages = join(root, 'node_modules')
  mkdirSync(packages)
  for (const name of readdirSync(join(CHECKOUT, 'node_modules')).filter((each) => each !== '.cache'))
    symlinkSync(join(CHECKOUT, 'node_modules', name), join(packages, name))
  const cache = join(packages, '.cache/tests')
  const madeBeside = async (lock: string) => {
    writeFileSync(join(root, 'package-lock.json'), lock)
    await collectingRarely(() => bundlePackages(root))
    return { id: statSync(join(cache, 'packages.json')).ino, folders: readdirSync(cache).length - 1 }
  }
  const first = await madeBeside('one')
  assert.deepEqual(await madeBeside('one'), first)
  const next = await madeBeside('two')
  assert.notEqual(next.id, first.id)
  assert.deepEqual([first.folders, next.folders], [1, 2])
})
