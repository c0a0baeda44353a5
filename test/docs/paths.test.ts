// What documents say about the repository itself: files and folders that they name are there, scripts and tests can be run.
import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readDocument } from '../support/octo/document-blocks.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** What they name are files and scripts of a project that the reader makes; service-plugins.test.ts types all of it. */
const OF_ANOTHER_PROJECT = ['docs/SERVICE-PLUGINS.md']
const PAGES = globSync('docs/**/*.md', { cwd: ROOT, exclude: OF_ANOTHER_PROJECT })
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...PAGES.sort()]
const FOLDERS = new Set(
  readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : [])),
)
const NAMES = new Set(
  globSync(`{${[...FOLDERS].filter((name) => name !== 'node_modules').join(',')}}/**/*.{ts,js,cjs,sh}`, {
    cwd: ROOT,
  }).map((path) => basename(path)),
)
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

/** Every match in every document, as `document: what`. */
function named(pattern: RegExp): { readonly document: string; readonly what: string }[] {
  return DOCUMENTS.flatMap((document) =>
    [...readDocument(document).matchAll(pattern)].map(([, what = '']) => ({ document, what })),
  )
}

/** Where it should be; undefined for what is no file of this repository, such as `plugin.yaml` or `blobs/sha256/`. */
function problemOf(path: string): string | undefined {
  const isSource = /\w\.(?:ts|js|cjs|sh)$/.test(path)
  if (!path.includes('/'))
    return isSource && !NAMES.has(path) && !existsSync(join(ROOT, path)) ? 'no file of this name' : undefined
  const isOurs = isSource || /\.md$/.test(path) || FOLDERS.has(path.split('/', 1)[0] ?? '')
  return isOurs && !existsSync(join(ROOT, path)) ? 'not there' : undefined
}

test('files and folders that a document names are in the repository', () => {
  const found = named(/(?<!`)`((?:[\w.-]+\/)*[\w.-]*\w\/?)`(?!`)/g)
  assert.ok(found.filter(({ what }) => /\/.*\.ts$/.test(what)).length > 150)
  const broken = found.flatMap(({ document, what }) => {
    const problem = problemOf(what)
    return problem === undefined ? [] : [`${document}: ${what}: ${problem}`]
  })
  assert.deepEqual(broken, [])
})

test('a path that is gone is noticed, and what belongs to others is let alone', () => {
  for (const path of ['client/gone.ts', 'gone/away.ts', 'gone.ts', 'client/gone/', 'docs/GONE.md', 'test/gone.sh'])
    assert.ok(problemOf(path), path)
  for (const path of [
    'client/store/layout.ts',
    'layout.ts',
    'client/',
    'plugin.yaml',
    'octo.lock',
    'blobs/sha256/',
    'core/hello',
  ])
    assert.equal(problemOf(path), undefined, path)
})

test('scripts that a document names are in package.json', () => {
  const found = [...named(/\bnpm run (?:--silent )?([\w:-]+)/g), ...named(/\bnpm (test|start)\b/g)]
  assert.ok(found.length > 20)
  assert.deepEqual(
    found.filter(({ what }) => !Object.hasOwn(scripts, what)),
    [],
  )
})

test('parts that a document tests, mutates or runs are in the repository', () => {
  const tests = globSync('test/**/*.test.ts', { cwd: ROOT })
  const isThere = ({ what }: { readonly what: string }) => existsSync(join(ROOT, what))
  const tested = named(/\bnpm test -- ([\w./-]+)/g).filter(({ what }) => !tests.some((path) => path.includes(what)))
  const mutated = named(/\bnpm run mutate -- (?:--(?:list|record) |--tests \d+ )?([\w./-]+)/g).filter(
    (found) => !isThere(found),
  )
  const run = named(/\bnode_modules\/\.bin\/node (?:--[\w=-]+ )*([\w./-]+\.[jt]s)/g).filter((found) => !isThere(found))
  assert.deepEqual([...tested, ...mutated, ...run], [])
})
