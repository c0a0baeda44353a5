// octo's own bundle, as the build makes it of today's sources.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'acorn'
import { bundle } from '../../tools/bundle/build.ts'
import { bundlesOf } from '../../tools/bundle/bundles.ts'
import { laterModules } from '../../tools/bundle/later.ts'
import { renderLicences } from '../../tools/bundle/licences.ts'
import { sourceStates } from '../../tools/bundle/source-states.ts'
import { collectingRarely } from '../support/machine/collecting-rarely.ts'

const ROOT = join(import.meta.dirname, '../..')
const { version, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const made = await collectingRarely(() =>
  Promise.all(bundlesOf(ROOT).map(async (each) => ({ ...each, ...(await bundle(ROOT, each, sourceStates(ROOT))) }))),
)
const octo = made.find(({ name }) => name === 'octo')
const textOf = (name: string) => made.find((each) => each.name === name)?.text ?? ''

type Node = { readonly type: string; readonly [key: string]: unknown }

/** Every node of a program. */
function* nodesOf(program: unknown): Generator<Node> {
  for (const waiting = [program]; waiting.length > 0; ) {
    const node = waiting.pop()
    if (Array.isArray(node)) waiting.push(...node)
    else if (typeof node === 'object' && node !== null && 'type' in node) {
      yield node as Node
      for (const value of Object.values(node)) if (typeof value === 'object') waiting.push(value)
    }
  }
}

const LOADERS = new Set(['require', 'octoLib'])

/** What is loaded by a name that stands in the text. */
function loadedBy(text: string): string[] {
  return [...nodesOf(parse(text, { ecmaVersion: 'latest' }))].flatMap((node) => {
    assert.ok(node.type !== 'ImportExpression' && !isImportMeta(node), `${node.type} has no loader there`)
    const [name] = (node.arguments ?? []) as { value?: unknown }[]
    const isRequire = node.type === 'CallExpression' && LOADERS.has((node.callee as { name?: string }).name ?? '')
    return isRequire && typeof name?.value === 'string' ? [name.value] : []
  })
}

/** The other one, `new.target`, asks no loader. */
function isImportMeta({ type, meta }: Node): boolean {
  return type === 'MetaProperty' && (meta as { name?: string }).name === 'import'
}

test('octo and its rest load nothing but modules of Node without HTTP/2, one another, the native one, and the one whose licence keeps it apart', () => {
  const isExpected = (name: string) => isBuiltin(name) && !/^(?:node:)?http2$/.test(name)
  const others = (text = '') => [...new Set(loadedBy(text).filter((name) => !isExpected(name)))].sort()
  assert.deepEqual(others(textOf('octo')), ['./rest.cjs', 'openpgp'])
  assert.deepEqual(others(octo?.rest?.text), ['./octo.cjs', './rest.cjs', 'better-sqlite3'])
})

test('of its own checks, the bundle holds the thread and reads no file', () => {
  assert.match(textOf('octo'), /octo\.host\/v1/)
  assert.doesNotMatch(textOf('octo'), /thread\.cjs/)
})

/** What servers, publishers and questions to people need. */
const OF_THE_REST = [
  '@clack/prompts',
  '@hono/node-server',
  '@modelcontextprotocol/server',
  'drizzle-orm',
  'hono',
  'markdown-it',
  'pino',
]

test('what few words need is in the rest alone, and every module in one of both', () => {
  const inputsOf = (name: string) => Object.keys(octo?.metafile.outputs[`dist/${name}`]?.inputs ?? {})
  const common = Object.keys(octo?.metafile.outputs ?? {}).find((path) => /chunk-\w+\.js$/.test(path)) ?? ''
  const [hot, rest] = [inputsOf(common.slice('dist/'.length)), inputsOf('rest.js')]
  assert.ok(hot.includes('operator/services/supervise.ts'))
  assert.deepEqual(
    hot.filter((path) => rest.includes(path)),
    [],
  )
  for (const name of OF_THE_REST) {
    assert.ok(
      rest.some((path) => path.startsWith(`node_modules/${name}/`)),
      name,
    )
    assert.ok(!hot.some((path) => path.startsWith(`node_modules/${name}/`)), name)
  }
  const asking = `${textOf('octo')}${octo?.rest?.text}`.replaceAll('\\\n', '').replaceAll('\n', '')
  for (const place of laterModules(ROOT).filter((name) => name.endsWith('.ts'))) {
    assert.ok(rest.includes(place), `${place} is needed before the rest is: see tools/bundle/later.ts`)
    assert.ok(asking.includes(`octoRest("${place}")`), `nobody asks for ${place}`)
  }
  assert.ok(textOf('octo').length < 1600 * 1024, `${textOf('octo').length} bytes`)
})

/** How wide text beyond ASCII is, which errors may hold: loaded when there is some, and not before. */
const WIDTHS = ['ansi-regex', 'get-east-asian-width', 'string-width', 'strip-ansi']

test('the bundle of the help holds what commands are, by three packages, and nothing of what they do', () => {
  const help = made.find(({ name }) => name === 'help')
  const packages = Object.keys(help?.metafile.inputs ?? {}).flatMap(
    (path) => /node_modules\/([^/]+)/.exec(path)?.[1] ?? [],
  )
  assert.deepEqual([...new Set(packages)].sort(), [...WIDTHS, 'commander', 'picocolors'].sort())
  assert.deepEqual(
    loadedBy(help?.text ?? '').filter((name) => !isBuiltin(name)),
    [],
  )
  assert.ok((help?.text.length ?? 0) < 192 * 1024, `${help?.text.length} bytes`)
})

test('the bundles are ASCII, and those that ask for the version hold it', () => {
  for (const { name, text, rest } of made) {
    assert.match(`${text}${rest?.text ?? ''}`, /^[\0-\x7f]+$/, name)
    // Lines are of limited length, and one may end within a word in quotes.
    const words = text.replaceAll('\\\n', '')
    assert.equal(words.includes(JSON.stringify(version)), !['help', 'complete'].includes(name), name)
  }
})

test('every package that is in a bundle has its licence in the list', () => {
  const licences = renderLicences(
    ROOT,
    made.map(({ metafile }) => metafile),
  )
  const inputs = made.flatMap(({ metafile }) => Object.keys(metafile.inputs))
  const packages = new Set(
    inputs.flatMap((path) => /(?<=node_modules\/)(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []),
  )
  // A licence may hold such a line as well.
  const parts = licences.split(/^-{80}\n\n(?=\S+ \d\S* \(.+\)\n\n)/m)
  const named = parts.map((part) => /^(\S+) \d\S* \(.+\)\n\n/.exec(part)?.[1])
  assert.deepEqual(named.toSorted(), [...packages].sort())
  assert.ok(Object.keys(dependencies).filter((name) => packages.has(name)).length > 15, 'the usual ones are among them')
  for (const part of parts) assert.match(part, /permission|redistribution|license/i, part.slice(0, 60))
  assert.throws(
    () => renderLicences(ROOT, [{ inputs: { 'node_modules/.bin/x/y.js': {} }, outputs: {} } as never]),
    /ENOENT/,
  )
})
