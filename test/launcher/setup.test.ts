import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { tempFolder } from '../support/machine/temp-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

// Stands where npm stands, for the shell in place of npm's Node: records its words and installs what the lockfile says, or fails.
const INSTALLER = `
echo "$@" >>npm-calls.txt
if [ -n "$REFUSE" ]; then echo 'registry not reachable' >&2; exit 1; fi
mkdir -p node_modules/a
echo '{}' >node_modules/a/package.json
cp package-lock.json node_modules/.package-lock.json
`

/** A checkout with one small dependency. */
function aCheckout(t: TestContext) {
  const folder = tempFolder(t)
  for (const path of ['setup.js', 'bin', 'package.json'])
    cpSync(join(root, path), join(folder, path), { recursive: true })
  writeFileSync(join(folder, 'npm-cli.cjs'), INSTALLER)
  writeFileSync(join(folder, 'show.js'), 'console.log(process.versions.node, process.argv.slice(2).join(" "))')
  lock(folder, '1.0.0')
  return folder
}

function lock(folder: string, version: string, extra: object = {}): void {
  const packages = { '': { name: 'octo' }, 'node_modules/a': { version, integrity: `sha512-${version}` }, ...extra }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }))
}

function setUp(folder: string, words: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [join(folder, 'setup.js'), ...words], {
    encoding: 'utf8',
    env: { ...process.env, npm_execpath: join(folder, 'npm-cli.cjs'), npm_node_execpath: '/bin/sh', ...env },
  })
}

const callsOf = (folder: string) =>
  existsSync(join(folder, 'npm-calls.txt'))
    ? readFileSync(join(folder, 'npm-calls.txt'), 'utf8').trim().split('\n')
    : []

test('a fresh checkout is installed from the lockfile, once, and then the script runs', (t) => {
  const folder = aCheckout(t)
  const first = setUp(folder, ['show.js', 'some', 'words'])
  assert.match(first.stderr, /^setting up: installing .*\nsetting up: done in \d+ s\n$/)
  assert.match(first.stdout, / some words\n$/)
  const second = setUp(folder, ['show.js'])
  assert.equal(second.stderr, '')
  assert.deepEqual(callsOf(folder), ['ci --no-audit --no-fund --loglevel=error'])
})

test('a lockfile that asks for something else is installed again', (t) => {
  const folder = aCheckout(t)
  setUp(folder)
  lock(folder, '1.0.1')
  setUp(folder)
  setUp(folder)
  assert.equal(callsOf(folder).length, 2)
})

test('a package that lies no more where npm put it is installed again', (t) => {
  const folder = aCheckout(t)
  setUp(folder)
  rmSync(join(folder, 'node_modules/a'), { recursive: true })
  setUp(folder)
  setUp(folder)
  assert.equal(callsOf(folder).length, 2)
})

test('an optional package that this machine did not get is not missed', (t) => {
  const folder = aCheckout(t)
  setUp(folder)
  lock(folder, '1.0.0', { 'node_modules/other-platform': { version: '1.0.0', optional: true } })
  setUp(folder)
  assert.equal(callsOf(folder).length, 1)
})

test('an installation that was broken off is done again', (t) => {
  const folder = aCheckout(t)
  mkdirSync(join(folder, 'node_modules/a'), { recursive: true })
  setUp(folder)
  assert.equal(callsOf(folder).length, 1)
})

test('a failed installation is one sentence after what npm said, and nothing is started', (t) => {
  const folder = aCheckout(t)
  const { status, stdout, stderr } = setUp(folder, ['show.js'], { REFUSE: '1' })
  assert.deepEqual({ status, stdout }, { status: 78, stdout: '' })
  assert.match(stderr, /registry not reachable\nsetting up failed: `npm ci` did not finish \(exit code 1\); .*\n$/)
})

/** In place of the build: notes that it ran, and ends with a code. */
function aBuild(folder: string, code: number): void {
  mkdirSync(join(folder, 'tools/bundle'), { recursive: true })
  const program = `import { appendFileSync } from 'node:fs'
appendFileSync('builds.txt', 'built ')
process.stderr.write('a source is broken')
process.exitCode = ${code}`
  writeFileSync(join(folder, 'tools/bundle/main.ts'), program)
}

const buildsOf = (folder: string) =>
  existsSync(join(folder, 'builds.txt')) ? readFileSync(join(folder, 'builds.txt'), 'utf8') : ''

test('what was installed is bundled, once, and nothing is said about it', (t) => {
  const folder = aCheckout(t)
  aBuild(folder, 0)
  assert.match(setUp(folder, ['show.js']).stderr, /^setting up: installing .*\nsetting up: done in \d+ s\n$/)
  assert.equal(buildsOf(folder), 'built ')
  assert.equal(setUp(folder, ['show.js']).stderr, '')
  assert.equal(buildsOf(folder), 'built ', 'no script waits for a bundle')
  assert.equal(setUp(folder).stderr, '')
  assert.equal(buildsOf(folder), 'built built ', 'a set-up that was asked for makes a bundle that is out of date')
})

test('a bundle that cannot be made is a warning, and the script runs', (t) => {
  const folder = aCheckout(t)
  aBuild(folder, 1)
  const { status, stdout, stderr } = setUp(folder, ['show.js', 'words'])
  assert.equal(status, 0)
  assert.match(stdout, / words\n$/)
  assert.match(stderr, /octo could not be bundled and starts slower, from its sources\na source is broken\n/)
})

test('the exit code of the script is the exit code of the set-up', (t) => {
  const folder = aCheckout(t)
  writeFileSync(join(folder, 'show.js'), 'process.exit(9)')
  assert.equal(setUp(folder, ['show.js']).status, 9)
})

test('a checkout that is installed is left alone', () => {
  const env = { ...process.env, npm_execpath: '/nonexistent/npm-cli.js' }
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'setup.js')], { encoding: 'utf8', env })
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
})
