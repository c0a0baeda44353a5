// Every option and argument that takes a file, given what is none, or none that can be used: a coded error that names it and says what
// to do, and no waiting for a pipe that nobody writes to.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { triesEveryCase } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { takersOfFiles } from '../support/octo/command-table.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'
import { BUNDLE } from '../support/octo/run-octo.ts'

const OCTO = join(import.meta.dirname, '../../bin/octo.js')
const HUGE_BYTES = 2 ** 31

/** What stands where a file is to be. */
const STATES: Readonly<Record<string, (path: string) => void>> = {
  missing: () => undefined,
  'a folder': (path) => mkdirSync(path),
  'a pipe': (path) => void execFileSync('mkfifo', ['-m', '600', path]),
  'a link to itself': (path) => symlinkSync(path, path),
  empty: (path) => writeFileSync(path, '', { mode: 0o600 }),
  huge(path) {
    writeFileSync(path, '', { mode: 0o600 })
    truncateSync(path, HUGE_BYTES)
  },
}

const REGISTRY = ['--registry', 'http://127.0.0.1:1']

const SELF_INSTALL = 'self install --repo http://x.test/repos/core.yaml --root octo --archive archive'.split(' ')

/** The words before the file, by what takes it; an option that many commands share stands once. */
const READ: Readonly<Record<string, readonly string[]>> = {
  '--config': ['config', 'show', '--config'],
  '--lock': ['list', '--lock'],
  '--token-file': ['whoami', ...REGISTRY, '--token-file'],
  'registry repo create --key': ['registry', 'repo', 'create', 'core', '--data', 'data', '--key'],
  'registry repo key add file': ['registry', 'repo', 'key', 'add', '--data', 'made', 'core'],
  'keygen --passphrase-file': ['keygen', '--out', 'new', '--passphrase-file'],
  'test --args': ['test', 'plugin', '--args'],
  'sign --key': ['sign', 'plugin', '--key'],
  'publish --key': ['publish', 'plugin', '--dry-run', '--repo', 'core', ...REGISTRY, '--key'],
  'publish --bundle': ['publish', 'plugin', '--dry-run', '--repo', 'core', ...REGISTRY, '--key', 'k.pub', '--bundle'],
  'repo build --public-key': [
    'repo',
    'build',
    'plugin/dist',
    '--out',
    'tree',
    '--url',
    'http://x.test',
    '--public-key',
  ],
  'add --key': ['add', 'http://127.0.0.1:1/repos/core.yaml', '--yes', '--key'],
  'trust add key': ['trust', 'add'],
  'self install --bundle': [...SELF_INSTALL, '--key', 'k.pub', '--bundle'],
  'self install --key': [...SELF_INSTALL, '--bundle', 'bundle', '--key'],
  'plugin call --credentials': ['plugin', 'call', 'listComponents', '{}', '--credentials'],
  '--ocm-config': ['plugin', 'call', 'listComponents', '{}', '--ocm-config'],
  'plugin call --blob': ['plugin', 'call', 'listComponents', '{}', '--blob'],
}
/** And behind it. */
const BEHIND: Readonly<Record<string, readonly string[]>> = { 'trust add key': ['http://127.0.0.1:1/octo.yaml'] }
/** Written, no file that people name, or read once the statement about it is proven. */
const NOT_READ = [
  ...[
    'sign --statement',
    'check --junit',
    'check --html',
    'check --metrics',
    'metrics --output',
    'plugin ps --metrics',
  ],
  ...['config schema file', 'run --relink', 'trust all key', 'trust remove key', 'self install --archive'],
]
/** Bytes of any kind and length, also from a pipe; and what is begun where there is none. */
const FINE: readonly string[] = [
  ...['empty', 'huge', 'a pipe'].map((state) => `${state} plugin call --blob`),
  // Held to what is served.
  ...['empty --config', 'missing --lock', 'empty publish --bundle'],
]

async function aScene(t: TestContext) {
  const folder = tempFolder(t)
  const env = { OCTO_HOME: join(folder, 'store'), OCTO_TOKEN: `octo_${'0'.repeat(49)}` }
  const octo = (...words: readonly string[]) => octoIn({ cwd: folder, env }, words)
  for (const words of [
    ['keygen', '--out', 'k'],
    ['registry', 'repo', 'create', 'core', '--key', 'k.pub', '--data', 'made'],
    ['init', 'plugin', '--template', 'shell', '--repo', 'core', '--name', 'check'],
    ['build', 'plugin'],
  ])
    assert.equal((await octo(...words)).code, 0, words.join(' '))
  for (const name of ['archive', 'bundle']) writeFileSync(join(folder, name), 'x')
  writeFileSync(join(folder, 'octo.yaml'), 'services: {}\n')
  return { folder, octo }
}

test('every option and argument that takes a file is tried below', async () => {
  const known = (taker: string) => NOT_READ.includes(taker) || taker in READ || (taker.split(' ').at(-1) ?? '') in READ
  assert.deepEqual(
    (await takersOfFiles()).filter((taker) => !known(taker)),
    [],
  )
})

test('a file that cannot be used is named, with what to do', { skip: process.platform === 'win32' }, async (t) => {
  const { folder, octo } = await aScene(t)
  const wrong: string[] = []
  for (const [state, make] of Object.entries(STATES)) {
    const name = `given ${state}`
    make(join(folder, name))
    for (const [taker, words] of Object.entries(READ)) {
      if (FINE.includes(`${state} ${taker}`)) continue
      const { code, stderr } = await octo(...words, name, ...(BEHIND[taker] ?? []))
      const isTold = /^error\[(?!INTERNAL)[A-Z_]+\]: /m.test(stderr) && stderr.includes(name)
      // What is in a file is told where it is.
      const isHelped = state === 'empty' || /^hint: /m.test(stderr)
      if (code === 0 || !isTold || !isHelped) wrong.push(`${taker}, ${state}: ${code} ${stderr}`)
    }
  }
  assert.deepEqual(wrong, [], wrong.join('\n'))
})

/** As secret stores hand over what no disk may hold, in the words of a shell; `FILE` holds the same. */
const HANDED_OVER: Readonly<Record<string, (words: string, file: string) => string>> = {
  'standard input': (words, file) => `cat ${file} | ${words} /dev/stdin`,
  'a pipe of the shell': (words, file) => `cat ${file} | { ${words} /dev/fd/3; } 3<&0 </dev/null`,
}
const USED: readonly (readonly [words: string, file: string])[] = [
  ['sign plugin --key', 'k.key'],
  ['registry repo create other --data made --key', 'k.pub'],
  ['registry repo key add --data made core', 'other.pub'],
  ['keygen --out locked --passphrase-file', 'words'],
]

async function aSceneToUse(t: TestContext) {
  const scene = await aScene(t)
  assert.equal((await scene.octo('keygen', '--out', 'other')).code, 0)
  writeFileSync(join(scene.folder, 'words'), 'open sesame\n', { mode: 0o600 })
  return scene
}

for (const [at, [way, line]] of Object.entries(HANDED_OVER).entries())
  test(`a key or a passphrase is taken from ${way}`, { skip: process.platform === 'win32' }, async (t) => {
    const { folder } = await aSceneToUse(t)
    const env = { ...process.env, ...BUNDLE, HOME: folder, OCTO_HOME: join(folder, 'store') }
    // One function reads whatever was handed over, for all of them; a file that is open is tried for each below.
    for (const [words, file] of USED.filter((_, use) => triesEveryCase || use % 2 === at)) {
      const text = line(`'${process.execPath}' '${OCTO}' ${words}`, file)
      const { status, stderr } = spawnSync('sh', ['-c', text], { cwd: folder, env, encoding: 'utf8' })
      assert.equal(status, 0, `${words}: ${stderr}`)
    }
  })

test('a key or a passphrase is taken from a file that is open', { skip: process.platform === 'win32' }, async (t) => {
  const { folder, octo } = await aSceneToUse(t)
  for (const [words, file] of USED) {
    const open = openSync(join(folder, file), 'r')
    const { code, stderr } = await octo(...words.split(' '), `/dev/fd/${open}`)
    assert.equal(code, 0, `${words}: ${stderr}`)
    closeSync(open)
  }
})

test('what is handed over is read as far as it may be long', { skip: process.platform === 'win32' }, async (t) => {
  const { folder } = await aScene(t)
  const words = [OCTO, 'sign', 'plugin', '--key', '/dev/stdin']
  const { status, stderr } = spawnSync(process.execPath, words, {
    cwd: folder,
    env: { ...process.env, ...BUNDLE },
    input: 'x'.repeat(2 ** 20),
    encoding: 'utf8',
  })
  assert.equal(status, 77, stderr)
  assert.match(stderr, /KEY_UNREADABLE/)
})
