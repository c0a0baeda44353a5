// Whatever stands around a plugin (beside the store, in the working directory, in the user's home, in the environment), only
// the plugin's own files are executed. Everything that is planted leaves a mark when it runs.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openStore } from '../../../client/store/open-store.ts'
import { pluginEnvironment } from '../../../operator/exec/environment.ts'
import { programOf } from '../../../operator/exec/program.ts'
import type { Runtime } from '../../../schemas/manifest.ts'
import { anExecutable } from '../../support/executables.ts'
import { tempFolder } from '../../support/temp-folder.ts'

type Scene = ReturnType<typeof aScene>

/** A store with one plugin in it, and planted files in every folder that a runtime may look at. */
function aScene(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = tempFolder(t)
  const [cwd, home, marks] = [join(folder, 'cwd'), join(folder, 'home'), join(folder, 'marks')]
  const layout = openStore(join(folder, 'cache', 'octo'))
  const root = join(layout.trees, 'a'.repeat(64))
  for (const path of [cwd, home, marks, root]) mkdirSync(path, { recursive: true })
  const write = (path: string, text: string, mode = 0o755) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, mode)
  }
  for (const [path, text] of Object.entries(files)) write(join(root, path), text)
  const mark = (name: string) => join(marks, name)
  const nodeMark = (name: string) => `require('node:fs').writeFileSync(${JSON.stringify(mark(name))}, '')\n`
  const above = [
    folder,
    join(folder, 'cache'),
    layout.root,
    layout.base,
    dirname(layout.trees),
    layout.trees,
    cwd,
    home,
  ]
  for (const [index, place] of above.entries()) {
    write(join(place, 'node_modules/planted/index.js'), nodeMark(`module-${index}`))
    write(join(place, 'node_modules/planted.js'), nodeMark(`file-${index}`))
    write(join(place, 'node_modules/@scope/planted/index.js'), nodeMark(`scoped-${index}`))
    write(join(place, 'node_modules/addon.node'), 'no addon')
    // Nobody but the store writes below its own package.json.
    if (!place.startsWith(dirname(layout.trees)))
      write(
        join(place, 'package.json'),
        JSON.stringify({
          name: 'planted-self',
          type: 'module',
          exports: './self.js',
          imports: { '#inner': './self.js' },
        }),
      )
    write(
      join(place, 'self.js'),
      `import fs from 'node:fs'; fs.writeFileSync(${JSON.stringify(mark(`self-${index}`))}, '')\n`,
    )
    for (const name of ['sitecustomize.py', 'usercustomize.py', 'planted.py', 'json.py'])
      write(join(place, name), `open(${JSON.stringify(mark(`${name}-${index}`))}, 'w')\n`)
    write(join(place, 'Planted.pm'), `open(my $f, '>', ${JSON.stringify(mark(`perl-${index}`))}); 1;\n`)
    write(join(place, 'planted.sh'), `: > ${mark(`sh-${index}`)}\n`)
    for (const name of ['interp', 'bin/interp', 'sh', 'bash', 'env', 'cat'])
      write(join(place, name), `#!/bin/sh\n: > ${mark(`${name.replace('/', '-')}-${index}`)}\n`)
  }
  for (const name of ['.node_modules', '.node_libraries']) write(join(home, name, 'planted/index.js'), nodeMark(name))
  for (const name of ['.bashrc', '.bash_profile', '.profile', '.bash_login', '.shrc', '.kshrc'])
    write(join(home, name), `: > ${mark(name)}\n`)
  write(join(home, '.local/lib/python3/site-packages/usercustomize.py'), `open(${JSON.stringify(mark('user'))}, 'w')\n`)
  write(join(cwd, 'hook.cjs'), nodeMark('hook'))
  const hostile = {
    ...{
      HOME: home,
      PATH: `${cwd}:.`,
      NODE_PATH: join(folder, 'node_modules'),
      NODE_OPTIONS: `--require ${join(cwd, 'hook.cjs')}`,
    },
    ...{ PYTHONPATH: cwd, PYTHONSTARTUP: join(cwd, 'planted.py'), PYTHONHOME: '', PYTHONUSERBASE: home },
    ...{
      PERL5LIB: cwd,
      PERL5OPT: '-MPlanted',
      PERLLIB: cwd,
      ENV: join(cwd, 'planted.sh'),
      BASH_ENV: join(cwd, 'planted.sh'),
    },
    ...{ SHELLOPTS: 'xtrace', BASHOPTS: 'expand_aliases', 'BASH_FUNC_echo%%': `() { : > ${mark('function')}; }` },
    ...{ LD_PRELOAD: join(cwd, 'x.so'), LD_LIBRARY_PATH: cwd, LD_AUDIT: join(cwd, 'x.so'), DYLD_INSERT_LIBRARIES: cwd },
    ...{ GCONV_PATH: cwd, LOCPATH: cwd, MALLOC_CHECK_: '3', GLIBC_TUNABLES: 'glibc.malloc.check=3', NLSPATH: cwd },
    ...{
      LANG: `${cwd}/planted`,
      LC_ALL: `${cwd}/planted`,
      TZ: `:${cwd}/planted`,
      IFS: 'x',
      CDPATH: cwd,
      PS4: '$(: > x)',
    },
    ...{ NODE_REPL_EXTERNAL_MODULE: 'planted', NODE_V8_COVERAGE: marks, OPENSSL_CONF: join(cwd, 'planted.sh') },
  }
  return { folder, cwd, home, root, marks, hostile, write }
}

/** Runs it as octo does, in a working directory that is full of planted files. */
function start({ root, cwd, hostile, folder }: Scene, file: string, runtime?: Runtime['name']): string {
  const path = join(root, file)
  const executable = { ...anExecutable(file, { bare: true, path }), ...(runtime ? { runtime: { name: runtime } } : {}) }
  const program = programOf(executable)
  const env = pluginEnvironment(hostile, { temporary: join(folder, 'cwd'), root, contract: 'check/v1' })
  const argv0 = program.argv0 === undefined ? {} : { argv0: program.argv0 }
  return execFileSync(program.file, [...program.leading], {
    cwd,
    env,
    encoding: 'utf8',
    ...argv0,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function assertUntouched({ marks }: Scene): void {
  assert.deepEqual(readdirSync(marks), [])
}

const TRIES = [
  'planted',
  '@scope/planted',
  'planted-self',
  '#inner',
  'addon.node',
  '../../../../../node_modules/planted/index.js',
]
const CJS = `
const { createRequire } = require('node:module')
const found = []
for (const name of ${JSON.stringify(TRIES)}) {
  try { require(name); found.push(name) } catch (error) { if (!/NOT_FOUND|NOT_DEFINED|NOT_EXPORTED/.test(error.code)) found.push(error.code) }
  try { createRequire(__filename)(name); found.push(name) } catch {}
  for (const place of ['/', process.cwd() + '/', process.env.HOME + '/'])
    try { createRequire(place)(name); found.push(place + name) } catch {}
  try { found.push(require.resolve(name)) } catch {}
}
Promise.all(${JSON.stringify(TRIES)}.map((name) => import(name).then(() => found.push('import ' + name), () => {}))).then(() => {
  console.log(JSON.stringify({ found, own: require('./lib/own.js'), dep: require('dep'), main: require.main === module }))
})
`
const OWN = { 'lib/own.js': 'module.exports = 1\n', 'node_modules/dep/index.js': 'module.exports = 2\n' }

for (const [title, file, runtime] of [
  ['node as its runtime', 'main.js', 'node'],
  ['node in its first line', 'main.js', undefined],
] as const)
  test(`a plugin with ${title} finds modules in its own folder only`, (t) => {
    const scene = aScene(t, { ...OWN, [file]: `#!/usr/bin/env node\n${CJS}` })
    assert.deepEqual(JSON.parse(start(scene, file, runtime)), { found: [], own: 1, dep: 2, main: true })
    assertUntouched(scene)
  })

test('an ES module finds modules in its own folder only', (t) => {
  const scene = aScene(t, {
    'node_modules/dep/index.js': 'module.exports = 2\n',
    'main.mjs': `const found = []
for (const name of ${JSON.stringify(TRIES)}) await import(name).then(() => found.push(name), (error) => { if (!/NOT_FOUND|NOT_DEFINED/.test(error.code)) found.push(error.code) })
console.log(JSON.stringify({ found, dep: (await import('dep')).default }))\n`,
  })
  assert.deepEqual(JSON.parse(start(scene, 'main.mjs', 'node')), { found: [], dep: 2 })
  assertUntouched(scene)
})

test('a worker thread and a forked process of a plugin find no more', (t) => {
  const scene = aScene(t, {
    'child.js': "try { require('planted'); console.log('found') } catch (error) { console.log(error.code) }\n",
    'main.js': `const { Worker } = require('node:worker_threads')
new Worker(require.resolve('./child.js')).on('exit', () => require('node:child_process').fork(require.resolve('./child.js')))\n`,
  })
  assert.equal(start(scene, 'main.js', 'node'), 'MODULE_NOT_FOUND\nMODULE_NOT_FOUND\n')
  assertUntouched(scene)
})

test('a module without a package.json keeps its kind, whatever stands above the store', (t) => {
  const scene = aScene(t, {
    'common.js': 'console.log(typeof module, __filename.length > 0)\n',
    'es.js': 'import "node:fs"; console.log(typeof import.meta.url)\n',
  })
  assert.equal(start(scene, 'common.js', 'node'), 'object true\n')
  assert.equal(start(scene, 'es.js', 'node'), 'string\n')
  assertUntouched(scene)
})

const has = (file: string) => ['/usr/bin', '/bin', '/usr/local/bin'].some((folder) => existsSync(join(folder, file)))

for (const runtime of ['python3', undefined] as const)
  test(`python looks beside the script only (${runtime ?? 'first line'})`, { skip: !has('python3') }, (t) => {
    const scene = aScene(t, {
      'own.py': 'value = 1\n',
      'main.py': `#!/usr/bin/env python3
import sys, json, own
try:
    import planted
    print("found")
except ImportError:
    print("none", own.value, sys.flags.ignore_environment, sys.flags.no_user_site, any(p in ("", ".") for p in sys.path), hasattr(json, "dumps"))\n`,
    })
    assert.equal(start(scene, 'main.py', runtime), 'none 1 1 1 False True\n')
    assertUntouched(scene)
    assert.deepEqual(readdirSync(scene.root).sort(), ['main.py', 'own.py'], 'no compiled modules')
  })

for (const runtime of ['perl', undefined] as const)
  test(`perl looks in its own library only (${runtime ?? 'first line'})`, { skip: !has('perl') }, (t) => {
    const scene = aScene(t, {
      'main.pl':
        '#!/usr/bin/perl -w\nprint eval { require Planted; 1 } ? "found" : "none", " ", scalar(grep { $_ eq "." } @INC), "\\n";\n',
    })
    assert.equal(start(scene, 'main.pl', runtime), 'none 0\n')
    assertUntouched(scene)
  })

for (const [runtime, line] of [
  ['sh', '#!/bin/sh'],
  ['bash', '#!/bin/bash'],
  [undefined, '#!/bin/sh -e'],
  [undefined, '#!/usr/bin/env bash'],
] as const)
  test(`${line} reads no start-up file and no function (${runtime ?? 'first line'})`, (t) => {
    const scene = aScene(t, {
      'main.sh': `${line}\necho "$(command -v cat)" "\${ENV-}\${BASH_ENV-}\${LD_PRELOAD-}\${LC_ALL-}" "$LANG" "\${TZ-}"; cat /dev/null\n`,
    })
    assert.match(start(scene, 'main.sh', runtime), /^(\/usr)?\/bin\/cat {2}C\.UTF-8 \n$/)
    assertUntouched(scene)
  })

for (const line of [
  '#!bin/interp',
  '#!interp',
  '#!./interp',
  '#!/proc/self/cwd/interp',
  '#!/usr/bin/env bin/interp',
  '#! interp',
  '#!/usr/bin/env -S PATH=. interp',
])
  test(`a script that begins with ${line} is never started`, (t) => {
    const scene = aScene(t, { main: `${line}\n` })
    assert.throws(() => start(scene, 'main'), { code: 'PLUGIN_NOT_EXECUTABLE' })
    assertUntouched(scene)
  })

test('the error of a line that ends as on Windows shows the interpreter', (t) => {
  const scene = aScene(t, { main: '#!/bin/sh\r\necho hi\r\n' })
  assert.throws(() => start(scene, 'main'), /`\/bin\/sh\\r`/)
})

test('an interpreter that others could replace is not started', (t) => {
  const scene = aScene(t, {})
  scene.write(join(scene.folder, 'bin/interp'), '#!/bin/sh\n')
  chmodSync(join(scene.folder, 'bin'), 0o777)
  const executable = { ...anExecutable('says.sh'), runtime: { name: 'python3' as const } }
  const machine = { platform: 'linux', nodePath: '/n', nodeVersion: '26.0.0', path: join(scene.folder, 'bin') } as const
  scene.write(join(scene.folder, 'bin/python3'), '#!/bin/sh\n')
  assert.throws(() => programOf(executable, machine), {
    code: 'RUNTIME_MISSING',
    message: /bin` can be written by other users/,
  })
  chmodSync(join(scene.folder, 'bin'), 0o755)
  assert.equal(programOf(executable, machine).file, join(scene.folder, 'bin/python3'))
})
