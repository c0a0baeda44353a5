import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPatterns } from '../../tools/check-patterns.ts'
import { MAX_FILE_LINES, PATTERNS } from '../../tools/patterns.ts'

type Sample = {
  readonly rule: string
  readonly path?: string
  readonly bad: string
  readonly good: string
  readonly goodPath?: string
}

const HEAD = '// What this file is for.\n'
const UNFINISHED = ['TO', 'DO'].join('')
const SILENCED = ['@ts', 'ignore'].join('-')

const samples: readonly Sample[] = [
  { rule: 'vague-name', path: 'client/string-utils.ts', bad: '', goodPath: 'client/utility-meter.ts', good: '' },
  { rule: 'vague-name', path: 'registry/helpers/clock.ts', bad: '', goodPath: 'registry/clock.ts', good: '' },
  { rule: 'file-name', path: 'client/readConfig.ts', bad: '', goodPath: 'client/read-config.ts', good: '' },
  { rule: 'console', bad: 'console.log(1)', good: 'terminal.print("console.log")' },
  { rule: 'console', bad: 'console.log(1)', good: 'console.log(1)', goodPath: 'tools/x.ts' },
  {
    rule: 'packed-lines',
    path: 'client/a.ts',
    bad: 'return { ...{ name, version }, ...{ size, digest } }',
    good: 'return { ...found, name, version, size, digest }',
  },
  {
    rule: 'own-duration',
    path: 'client/a.ts',
    bad: 'say(`within ${Math.round(ms / 1000)} seconds`)',
    good: 'say(`within ${shownDuration(ms)}`, { value: ms / 1000 })',
  },
  { rule: 'exit', bad: 'process.exit(1)', good: 'process.exitCode = 1' },
  {
    rule: 'environment',
    bad: 'const home = process.env.HOME',
    good: 'const home = process.env.HOME',
    goodPath: 'client/config.ts',
  },
  { rule: 'environment', bad: 'const home = process.env.HOME', good: '// process.env is read by main.ts' },
  { rule: 'clock', path: 'trust/a.ts', bad: 'const now = Date.now()', good: 'const now = deps.now()' },
  { rule: 'clock', path: 'schemas/a.ts', bad: 'const now = new Date()', good: 'const then = new Date(text)' },
  { rule: 'clock', path: 'schemas/a.ts', bad: 'await fetch(url)', good: 'await deps.fetch_(url)' },
  { rule: 'clock', path: 'config/model/a.ts', bad: 'Date.now()', good: 'Date.now()', goodPath: 'config/a.ts' },
  { rule: 'reach', bad: 'await globalThis.fetch(url)', good: 'await globalThis.fetch(url)', goodPath: 'plugins/x.ts' },
  { rule: 'raw-error', bad: "throw new Error('x')", good: "throw coded('USAGE', { message: 'x' })" },
  { rule: 'raw-error', bad: "throw new TypeError('x')", good: "throw new Error('x')", goodPath: 'tools/x.ts' },
  {
    rule: 'bare-quote',
    path: 'config/template/a.ts',
    bad: 'throw fail(`\\`${word}\\` is unknown`)',
    good: 'throw fail(`${quote(word)} is unknown`)',
  },
  { rule: 'default-export', bad: 'export default function a() {}', good: 'export function a() {}' },
  { rule: 'enum', bad: 'export enum Colour { Red }', good: "export type Colour = 'red' // enum Colour {}" },
  { rule: 'enum', bad: 'const enum Colour { Red }', good: "const text = 'enum Colour {}'" },
  { rule: 'unfinished', bad: `// ${UNFINISHED}: later`, good: '// the todo list of the user' },
  { rule: 'silenced-type', bad: `// ${SILENCED}\nx()`, good: 'x()' },
  { rule: 'test-sleep', path: 'test/a.test.ts', bad: 'await sleep(100)', good: 'await once(child, "exit")' },
  {
    rule: 'test-sleep',
    path: 'test/a.test.ts',
    bad: 'await new Promise((done) => setTimeout(done, 5))',
    good: 'const timer = setTimeout(stop, 5)',
  },
  {
    rule: 'test-focus',
    path: 'test/a.test.ts',
    bad: "test.only('x', () => {})",
    good: "test('x', { skip: reason }, () => {})",
  },
  {
    rule: 'test-focus',
    path: 'test/a.test.ts',
    bad: "test('x', { skip: true }, () => {})",
    good: "test('skip: true', () => {})",
  },
  { rule: 'fixed-port', path: 'test/a.test.ts', bad: 'server.listen(8080)', good: 'server.listen(0)' },
]

for (const { rule, path = 'client/a.ts', bad, good, goodPath = path } of samples) {
  const shown = bad || path
  test(`${rule}: refuses ${shown.split('\n')[0]}`, () => {
    const found = rulesBrokenBy(path, HEAD + bad)
    assert.ok(found.includes(rule), `found ${found.join(', ') || 'nothing'}`)
  })
  test(`${rule}: accepts ${good || goodPath}${goodPath === path ? '' : ` in ${goodPath}`}`, () => {
    assert.deepEqual(rulesBrokenBy(goodPath, HEAD + good), [])
  })
}

test('purpose-line: a file opens with what it is for, a program may name its interpreter first', () => {
  assert.deepEqual(rulesBrokenBy('client/a.ts', "import 'node:fs'\n"), ['purpose-line'])
  assert.deepEqual(rulesBrokenBy('bin/a.js', '#!/usr/bin/env node\nstart()\n'), ['purpose-line'])
  assert.deepEqual(rulesBrokenBy('bin/a.js', '#!/usr/bin/env node\n// Starts it.\nstart()\n'), [])
})

test('long-file: a longer file needs a reason', () => {
  const long = HEAD + 'x()\n'.repeat(MAX_FILE_LINES)
  assert.deepEqual(rulesBrokenBy('client/a.ts', long), ['long-file'])
  assert.deepEqual(rulesBrokenBy('client/a.ts', `// allow(long-file): one table\n${long}`), [])
  assert.deepEqual(rulesBrokenBy('client/a.ts', HEAD + 'x()\n'.repeat(MAX_FILE_LINES - 1)), [])
})

test('an exception holds for its own rule, on its line or the one above, and only with a reason', () => {
  const breaks = (text: string) => rulesBrokenBy('client/a.ts', HEAD + text)
  assert.deepEqual(breaks('// allow(exit): the child must not clean up\nprocess.exit(1)'), [])
  assert.deepEqual(breaks('process.exit(1) // allow(exit): the child must not clean up'), [])
  assert.deepEqual(breaks('// allow(exit):\nprocess.exit(1)'), ['exit'])
  assert.deepEqual(breaks('// allow(console): wrong rule\nprocess.exit(1)'), ['exit'])
  assert.deepEqual(breaks('// allow(exit): too far away\n\nprocess.exit(1)'), ['exit'])
})

test('a finding names the line and what to do instead', () => {
  const [finding] = checkPatterns([{ path: 'client/a.ts', text: `${HEAD}\nprocess.exit(1)\n` }])
  assert.equal(finding?.line, 3)
  assert.match(finding?.instead ?? '', /return the exit code/)
})

test('every pattern has a sample here', () => {
  const covered = new Set([...samples.map(({ rule }) => rule), 'purpose-line'])
  assert.deepEqual(
    PATTERNS.map(({ rule }) => rule).filter((rule) => !covered.has(rule)),
    [],
  )
})

test('a part is held to the rules of all parts as soon as the import table has a row for it', () => {
  const raw = `${HEAD}throw new Error('x')\n`
  for (const part of ['schemas', 'credentials', 'oci', 'unpublished', 'plugin-test', 'completion'])
    assert.deepEqual(rulesBrokenBy(`${part}/x.ts`, raw), ['raw-error'], part)
  for (const other of ['sdk', 'plugins', 'fuzz', 'tools', 'test'])
    assert.deepEqual(rulesBrokenBy(`${other}/x.ts`, raw), [], other)
})

function rulesBrokenBy(path: string, text: string): string[] {
  return [...new Set(checkPatterns([{ path, text }]).map(({ rule }) => rule))]
}
