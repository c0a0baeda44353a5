import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'acorn'
import { satisfies, subset } from 'semver'
import { canRunOcto, WANTED_NODE } from '../../bin/own-node.js'
import { WORDS } from '../../terminal/commands.ts'
import { findOldNode } from '../support/machine/old-node.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { aRelease } from '../support/octo/small-checkout.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const launcher = join(root, 'bin/octo.js')
const { version, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const old = findOldNode()
const needsOldNode = 'skip' in old ? { skip: old.skip } : {}
const oldNode = 'path' in old ? old.path : ''

function octo(args: readonly string[], { node = process.execPath, env = {} as NodeJS.ProcessEnv } = {}) {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env
  return spawnSync(node, [launcher, ...args], { encoding: 'utf8', env: { ...inherited, ...env } })
}

test('--version is the version of package.json, and no module of ours is loaded for it', () => {
  const { status, stdout } = octo(['--version'])
  assert.deepEqual({ status, stdout }, { status: 0, stdout: `octo ${version}\n` })
  const loaded = (word: string) => octo([word], { env: { NODE_DEBUG: 'esm', OCTO_FROM_SOURCE: '1' } }).stderr
  assert.match(loaded('--help'), /octo\.ts/, 'loading shows in the trace')
  assert.doesNotMatch(loaded('--version'), /octo\.ts|terminal\/|schemas\/|node_modules/)
})

const AT_THE_END = `process.on('beforeExit', () => console.error('by itself'))`
const FAILS_LATE = `setInterval(() => { if (process.exitCode === 0) throw new Error('late') }, 5)`
for (const [what, atStart, end] of [
  ['leaves the end to Node, whose own way out waits for no thread', AT_THE_END, /^by itself\n$/],
  ['is not kept by what is left open', `${AT_THE_END}; setInterval(() => {}, 1000)`, /^$/],
  ['is not changed by what fails afterwards', FAILS_LATE, /^$/],
] as const) {
  test(`the end of a command ${what}`, (t) => {
    const hook = join(tempFolder(t), 'hook.cjs')
    writeFileSync(hook, atStart)
    const { status, stderr } = octo(['completion', 'bash'], { env: { NODE_OPTIONS: `--require ${hook}` } })
    assert.equal(status, 0)
    assert.match(stderr, end)
  })
}

test('the versions that the launcher accepts are those of engines in package.json', () => {
  const versions = [
    '18.20.0',
    '20.20.2',
    '22.21.9',
    '22.22.1',
    '22.22.2',
    '22.30.0',
    '23.11.0',
    '24.14.9',
    '24.15.0',
    '25.9.0',
    '26.0.0',
    '30.1.0',
  ]
  assert.deepEqual(
    versions.filter(canRunOcto),
    versions.filter((each) => satisfies(each, engines.node)),
  )
})

test('no version of engines is one that a package of octo refuses', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const refusing = Object.entries<{ dev?: boolean; engines?: { node?: string } }>(packages)
    .filter(([, { dev, engines: wanted }]) => !dev && !subset(engines.node, wanted?.node ?? '*'))
    .map(([name]) => name)
  assert.deepEqual(refusing, [])
})

test('who installs octo reads which Node it needs as the launcher says it', () => {
  const documents = readFileSync(join(root, 'docs/INSTALLING.md'), 'utf8')
  assert.ok(documents.includes(WANTED_NODE), WANTED_NODE)
  const [first = '', further = ''] = WANTED_NODE.match(/[\d.]+/g) ?? []
  assert.equal(`^${first}.0 || >=${further}.0.0`, engines.node)
})

test('what every Node has to read is written as Node 12 reads it', () => {
  for (const file of ['octo.js', 'own-node.js', 'installed.js', 'continue-with.js', 'bundle.js']) {
    const text = readFileSync(join(root, 'bin', file), 'utf8')
    // `import()` came with ES2020, as did the two signs that Node 12 does not know.
    parse(text, { ecmaVersion: 2020, sourceType: 'script', allowHashBang: true })
    assert.doesNotMatch(text, /\?\?|\?\.[A-Za-z([]|require\('node:/, file)
  }
})

test('--help shows every public word with its line, and hides the quick start', () => {
  const { status, stdout, stderr } = octo(['--help'])
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
  for (const { word, group, summary } of WORDS)
    assert.equal(stdout.includes(summary) && new RegExp(`^  ${word} `, 'm').test(stdout), group !== undefined, word)
  assert.ok(stdout.split('\n').every((line) => line.length <= 80))
})

test('an unknown word exits with 64 and names the nearest one', () => {
  const { status, stdout, stderr } = octo(['instal'])
  assert.deepEqual({ status, stdout }, { status: 64, stdout: '' })
  assert.equal(
    stderr,
    'error[USAGE]: octo has no word `instal`\nhint: did you mean `octo install`? `octo --help` lists all words\n',
  )
})

test('an unknown word with --json is one JSON object', () => {
  const { status, stderr } = octo(['instal', '--json'])
  assert.equal(status, 64)
  assert.equal(JSON.parse(stderr).error.code, 'USAGE')
})

test('control characters in an unknown word do not reach the terminal', () => {
  assert.doesNotMatch(octo(['in\u001b[2Jstall']).stderr, /\u001b/)
})

test('a reader that goes away does not make octo fail', async () => {
  const child = spawn(process.execPath, [launcher, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const [code] = await once(child, 'close')
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
})

test('./octo starts from anywhere, also by a link', (t) => {
  const link = join(tempFolder(t), 'octo-link')
  symlinkSync(join(root, 'octo'), link)
  const { status, stdout } = spawnSync(link, ['--version'], { encoding: 'utf8', cwd: '/' })
  assert.deepEqual({ status, stdout }, { status: 0, stdout: `octo ${version}\n` })
})

test('under a Node that is too old, octo goes on with its own', needsOldNode, () => {
  const { status, stdout, stderr } = octo(['--help'], { node: oldNode })
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
  assert.match(stdout, /Usage:/)
  assert.equal(octo(['instal'], { node: oldNode }).status, 64)
})

test('without its own Node, an old one gets one sentence and no stack', needsOldNode, (t) => {
  const lonely = aCopyWithoutDependencies(t)
  const { status, stdout, stderr } = spawnSync(oldNode, [join(lonely, 'bin/octo.js'), 'list'], { encoding: 'utf8' })
  assert.deepEqual({ status, stdout }, { status: 78, stdout: '' })
  assert.match(stderr, /^octo needs Node .*, and this is Node [\d.]+ on .*: run `npm ci`.*\n$/)
})

test('a package without sources names no command of a checkout, whatever it lacks', needsOldNode, (t) => {
  const lonely = aCopyWithoutDependencies(t)
  rmSync(join(lonely, 'octo.ts'))
  const run = (node: string) => spawnSync(node, [join(lonely, 'bin/octo.js'), 'list'], { encoding: 'utf8' })
  assert.deepEqual([run(process.execPath).status, run(oldNode).status], [78, 78])
  assert.equal(run(process.execPath).stderr, `a file of octo is missing in \`${lonely}\`: install octo again\n`)
  assert.match(
    run(oldNode).stderr,
    /^octo needs Node .*, and this is Node [^:]*: install one from https:\/\/nodejs\.org\n$/,
  )
})

const LOST: readonly (readonly [what: string, lose: (file: string) => void])[] = [
  ['is empty, as a power cut leaves it', (file) => truncateSync(file)],
  ['is there by half', (file) => truncateSync(file, Math.ceil(statSync(file).size / 2))],
  ['is a folder', (file) => replaceBy(file, () => mkdirSync(file))],
]

function replaceBy(file: string, make: () => void): void {
  rmSync(file)
  make()
}

/** By the words that they are needed for, and how they are lost: the last three are read as `dist/octo.cjs` is. */
const OWN_FILES = [
  ['package.json', '--version', LOST],
  ['bin/bundle.js', 'list', LOST],
  ['dist/octo.cjs', 'list', LOST],
  ['dist/help.cjs', '--help', LOST.slice(0, 1)],
  ['dist/warm.cjs', 'run', LOST.slice(1, 2)],
  ['dist/complete.cjs', '__complete', LOST.slice(2)],
] as const

test('a file of octo that cannot be taken in is named in one sentence, with an exit code of its own', async (t) => {
  const whole = await aRelease(t)
  for (const [path, word, ways] of OWN_FILES)
    for (const [what, lose] of ways) {
      const release = join(tempFolder(t), 'octo')
      cpSync(whole, release, { recursive: true })
      const file = join(release, path)
      if (!existsSync(file)) cpSync(join(release, 'dist/octo.cjs'), file)
      lose(file)
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(release, 'bin/octo.js'), word], {
        encoding: 'utf8',
      })
      assert.deepEqual({ status, stdout }, { status: 78, stdout: '' }, `${path} ${what}: ${stderr}`)
      assert.match(stderr, /^`[^`]+`, a file of octo, is damaged or cannot be read \([^\n]+\): install octo again\n$/)
      assert.ok(stderr.startsWith(`\`${file}\``), stderr)
    }
})

test('nor is it met with a stack where the help has no answer', async (t) => {
  const release = await aRelease(t)
  const help = '(function(exports){exports.runHelp=async()=>undefined})'
  writeFileSync(join(release, 'dist/help.cjs'), help)
  truncateSync(join(release, 'dist/octo.cjs'))
  const { status, stderr } = spawnSync(process.execPath, [join(release, 'bin/octo.js'), '--help'], { encoding: 'utf8' })
  assert.equal(status, 78)
  assert.match(stderr, /^`[^`]+octo\.cjs`, a file of octo, is damaged [^\n]+\n$/)
})

test('where the words for that are damaged as well, one sentence is left', async (t) => {
  const release = await aRelease(t)
  for (const path of ['dist/octo.cjs', 'bin/installed.js']) truncateSync(join(release, path))
  const { status, stderr } = spawnSync(process.execPath, [join(release, 'bin/octo.js'), 'list'], { encoding: 'utf8' })
  assert.equal(status, 78)
  assert.equal(
    stderr,
    `\`${join(release, 'bin/installed.js')}\`, a file of octo, is damaged or missing: install octo again\n`,
  )
})

test('a checkout that is not set up says how to do it', (t) => {
  const lonely = aCopyWithoutDependencies(t)
  const { status, stderr } = spawnSync(process.execPath, [join(lonely, 'bin/octo.js'), 'list'], { encoding: 'utf8' })
  assert.equal(status, 78)
  assert.equal(stderr, 'octo is not set up yet: run `node setup.js` in its folder, or `npm start`\n')
})

function aCopyWithoutDependencies(t: Parameters<typeof tempFolder>[0]): string {
  const folder = tempFolder(t)
  spawnSync('cp', ['-R', ...['bin', 'package.json', 'octo.ts'].map((name) => join(root, name)), folder])
  return folder
}

test('an octo that never came to an answer does not end with 0', () => {
  const hook = `import { registerHooks } from 'node:module'
    registerHooks({ load: (url, context, next) => url.endsWith('/octo.ts')
      ? { format: 'module', shortCircuit: true, source: 'export const runOcto = () => new Promise(() => undefined)' }
      : next(url, context) })`
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`, OCTO_FROM_SOURCE: '1' }
  assert.equal(octo(['check'], { env }).status, 70)
})

test('an answer that a full disk swallows is an error, with an exit code of its own', (t) => {
  if (!existsSync('/dev/full')) return t.skip('this system has no /dev/full')
  const stdout = openSync('/dev/full', 'w')
  t.after(() => closeSync(stdout))
  const run = (args: readonly string[]) =>
    spawnSync(process.execPath, [launcher, ...args], { encoding: 'utf8', stdio: ['ignore', stdout, 'pipe'] })
  for (const args of [['--help'], ['check', '--help']]) {
    const { status, stderr } = run(args)
    assert.equal(status, 74, stderr)
    assert.match(stderr, /IO_FAILED.*the output cannot be written: ENOSPC/)
  }
})
