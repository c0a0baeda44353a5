// Whatever the caller of a shim exports or names its files, the shim does what it was written to do, in every shell of the machine.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import fc from 'fast-check'
import { pluginEnvironment } from '../../../operator/exec/environment.ts'
import { shellLine } from '../../../operator/link/machine.ts'
import { shimEnvironment } from '../../../operator/link/shim-environment.ts'
import { shellWord } from '../../../schemas/quote.ts'
import { anyText } from '../../support/builders/any-text.ts'
import { rounds } from '../../support/machine/full-form.ts'
import { noLastingFolder } from '../../support/machine/lasting-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { aLinkScene, aNodePlugin, aScriptPlugin, aStandIn, saidBy } from '../../support/operator/linked-plugins.ts'

const skip = process.platform === 'linux' ? noLastingFolder : 'plugins are linked on Linux only'

/** Shells that machines have as /bin/sh, here under that name. */
function shellsOf(t: Pick<TestContext, 'after'>): readonly (readonly [string, string])[] {
  const found = ['dash', 'bash', 'busybox', 'mksh', 'zsh'].flatMap((name) => {
    const path = [`/bin/${name}`, `/usr/bin/${name}`].find(existsSync)
    return path === undefined ? [] : [[name, path] as const]
  })
  return found.map(([name, path]) => {
    const folder = tempFolder(t)
    symlinkSync(path, join(folder, 'sh'))
    return [name, join(folder, 'sh')]
  })
}

/** The same shim for a machine whose /bin/sh is another shell. */
function underShell(text: string, shell: string): string {
  return text.replace(/^#!.*/, `#!${shellLine(shell)}`)
}

const MARK = 'echo "fooled by $0" >&2; return 0'
const FUNCTIONS = [
  '[',
  'test',
  'read',
  'stat',
  'exec',
  'case',
  'env',
  'command',
  'unset',
  '/usr/bin/stat',
  '/usr/bin/env',
  'printf',
  'set',
]

/** What a caller may have in its environment, and what it would do if a shell believed it. */
function poison(folder: string): Readonly<Record<string, string>> {
  const mark = join(folder, 'mark')
  writeFileSync(join(folder, 'startup'), `touch ${mark}\n`)
  for (const name of ['stat', 'env', 'exec', 'case', 'sh']) {
    writeFileSync(join(folder, name), `#!/bin/sh\ntouch ${mark}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return {
    ...Object.fromEntries(FUNCTIONS.map((name) => [`BASH_FUNC_${name}%%`, `() { touch ${mark}; ${MARK}; }`])),
    ...{
      ENV: join(folder, 'startup'),
      BASH_ENV: join(folder, 'startup'),
      PS4: `$(touch ${mark})`,
      PS1: `$(touch ${mark})`,
    },
    ...{ SHELLOPTS: 'xtrace:noexec:noglob:nounset:errexit:keyword', BASHOPTS: 'nocasematch:extglob:nullglob' },
    ...{
      IFS: '/:0123456789abcdef',
      PATH: folder,
      CDPATH: folder,
      GLOBIGNORE: '*',
      POSIXLY_CORRECT: '1',
      FPATH: folder,
    },
    ...{
      TZ: 'Asia/Tokyo',
      LC_ALL: 'ja_JP.SJIS',
      LANGUAGE: 'ja',
      GCONV_PATH: folder,
      TZDIR: folder,
      QUOTING_STYLE: 'c',
    },
    ...{ LD_LIBRARY_PATH: folder, LD_BIND_NOW: '1', MALLOC_PERTURB_: '7', octo_TZ: 'X=1', octo_LANG: 'SECRET=1' },
  }
}

test('nothing that a caller exports changes what a shim does, in any shell', { skip }, async (t) => {
  const scene = await aLinkScene(t, [aScriptPlugin, aNodePlugin])
  const standIn = aStandIn(tempFolder(t))
  assert.equal((await scene.octoStartedBy(standIn, 'link', 'script', 'by-node', '--to', scene.bin)).code, 0)
  const folder = tempFolder(t)
  const env = poison(folder)
  for (const [name, shell] of shellsOf(t)) {
    const paths = ['script', 'by-node'].map((plugin) => {
      const path = join(scene.bin, `${name}-${plugin}`)
      writeFileSync(path, underShell(scene.textOf(plugin), shell), { mode: 0o755 })
      return path
    })
    for (const path of paths) {
      const clean = await saidBy([path, 'a b'], { env: { TZ: 'Asia/Tokyo' } })
      assert.equal(clean.code, 7, name)
      assert.deepEqual(await saidBy([path, 'a b'], { env }), clean, name)
    }
    assert.equal(existsSync(join(folder, 'mark')), false, name)
  }
  utimesSync(scene.configPath, 1, 1)
  for (const [name] of shellsOf(t)) {
    const said = await saidBy([join(scene.bin, `${name}-script`), 'a b'], { env })
    assert.equal(said.code, 99, name)
    assert.equal(said.words.at(-1), 'a b')
    assert.equal(existsSync(join(folder, 'mark')), false, name)
  }
})

test('a library that the caller has loaded into all programs is not loaded into the plugin', { skip }, async (t) => {
  const scene = await aLinkScene(t, [aScriptPlugin])
  assert.equal((await scene.octoStartedBy(aStandIn(tempFolder(t)), 'link', 'script', '--to', scene.bin)).code, 0)
  const { env } = await saidBy([scene.shim('script')], { env: { LD_PRELOAD: '/nowhere.so', LD_AUDIT: '/nowhere.so' } })
  assert.deepEqual(
    Object.keys(env).filter((name) => name.startsWith('LD_')),
    [],
  )
})

test('a shim starts without a home, a standard input, or a folder that is still there', { skip }, async (t) => {
  const scene = await aLinkScene(t, [aScriptPlugin])
  assert.equal((await scene.octoStartedBy(aStandIn(tempFolder(t)), 'link', 'script', '--to', scene.bin)).code, 0)
  for (const [name, shell] of shellsOf(t)) {
    writeFileSync(join(scene.bin, name), underShell(scene.textOf('script'), shell), { mode: 0o755 })
    assert.equal((await saidBy([join(scene.bin, name)], { env: {} })).env.HOME, undefined, name)
  }
  const closed = spawnSync('/bin/sh', ['-c', `exec ${shellWord(scene.shim('script'))} <&-`])
  assert.equal(closed.status, 7)
  const gone = `mkdir ${scene.home}/gone; cd ${scene.home}/gone; rmdir ${scene.home}/gone; exec ${shellWord(scene.shim('script'))}`
  assert.equal(spawnSync('/bin/sh', ['-c', gone]).status, 7)
})

/** Each folder lies in the one before it. No set has two that a reader of quotes could take for a pair. */
const SETS = [
  ["it's", 'a b', '$HOME', '*', 'ü'],
  ['`id', '[a]', '-x', '~', '#', '%d'],
  ['"', ';&|', '(x)', '!', 'a=b', '\u2028'],
  ['\\', '\t', '$(id)'],
  ["'\\''", '`id`'],
]
const NAMES = SETS.flat()

for (const names of SETS)
  test(`a plugin runs from folders called ${JSON.stringify(names)}, through a shim in others`, { skip }, async (t) => {
    const home = join(tempFolder(t), ...names)
    mkdirSync(home, { recursive: true })
    const scene = await aLinkScene(t, [aScriptPlugin], home)
    const bin = join(scene.bin, ...names)
    mkdirSync(bin, { recursive: true })
    const standIn = aStandIn(home)
    const { code, stderr } = await scene.octoStartedBy(standIn, 'link', 'script', '--to', bin)
    assert.equal(code, 0, stderr)
    const { words, code: ended } = await saidBy([join(bin, 'script'), ...names], {})
    assert.deepEqual([words.slice(1), ended], [latin1(names), 7])
    utimesSync(scene.configPath, 1, 1)
    const full = await saidBy([join(bin, 'script'), ...names], {})
    const expected = ['--relink', join(bin, 'script'), '--config', scene.configPath, 'script', '--', ...names]
    assert.deepEqual(full.words.slice(2), latin1(expected))
  })

/** As `saidBy` reads them. */
function latin1(words: readonly string[]): readonly string[] {
  return words.map((word) => Buffer.from(word).toString('latin1'))
}

test('every word is one word for every shell, whatever it holds', (t) => {
  const shells = process.platform === 'win32' ? [] : shellsOf(t)
  const word = anyText({ maxLength: 40 }).filter((text) => !/[\0\ud800-\udfff]/.test(text))
  const property = fc.property(
    fc.array(fc.oneof(word, fc.constantFrom(...NAMES)), { minLength: 100, maxLength: 100 }),
    (words) => {
      for (const [, shell] of shells) {
        const text = `printf '%s\\0' ${words.map((each) => shellWord(each)).join(' ')}\n`
        const said = execFileSync(shell, ['-s'], { input: text, env: { LC_ALL: 'C.UTF-8' } })
        assert.deepEqual(said.toString().split('\0').slice(0, -1), words)
      }
    },
  )
  fc.assert(property, { numRuns: rounds({ short: 4, full: 10 }) })
})

test('a shell passes on the values that octo passes on, and no others', (t) => {
  const { lines, words } = shimEnvironment({ root: '/x', contract: 'exit-code' })
  const piece = fc.constantFrom(
    'a',
    'Z',
    '0',
    '-',
    '_',
    '.',
    '..',
    '/',
    ':',
    '@',
    ',',
    '<',
    '>',
    '+',
    '!',
    '^',
    ']',
    '[',
    '\\',
    "'",
    ' ',
    '\n',
    'ü',
    '*',
    '?',
  )
  const value = fc.oneof(
    fc.string({ unit: piece, maxLength: 8 }),
    fc.string({ unit: fc.constantFrom('a', '0', '-'), minLength: 60, maxLength: 68 }),
  )
  const trace = fc.tuple(...[2, 32, 16, 2].map((length) => hexOfAbout(length))).map((parts) => parts.join('-'))
  const host = fc.record({ TZ: value, LANG: value, TRACEPARENT: fc.oneof(trace, value) }, { requiredKeys: [] })
  const shells = process.platform === 'linux' ? shellsOf(t) : []
  const property = fc.property(host, (env) => {
    const { TMPDIR: _own, ...expected } = pluginEnvironment(env, { root: '/x', contract: 'exit-code', temporary: '' })
    for (const [, shell] of shells) {
      const script = `${lines.join('\n')}\nexec /usr/bin/env -i ${words.join(' ')} /usr/bin/env -0\n`
      const said = execFileSync(shell, ['-c', script], { env: { ...env, LC_ALL: 'C.UTF-8' } }).toString()
      const pairs = said
        .split('\0')
        .slice(0, -1)
        .map((pair) => pair.split(/=(.*)/s).slice(0, 2))
      assert.deepEqual(Object.fromEntries(pairs), expected)
    }
  })
  // Each rule is broken by one of them, whatever chance brings.
  const examples: [{ TZ?: string; LANG?: string }][] = ['/x', '-x', 'a..b', '../x', ':x', 'a'.repeat(65)].map((TZ) => [
    { TZ, LANG: TZ },
  ])
  fc.assert(property, { numRuns: rounds({ short: 20, full: 60 }), examples })
})

function hexOfAbout(length: number) {
  return fc.string({ unit: fc.constantFrom('0', '9', 'a', 'f', 'F', 'g'), minLength: length, maxLength: length + 1 })
}
