// Whatever stands around a plugin (beside the store, in the working directory, in the user's home, in the environment), only
// the plugin's own files are executed. Everything that is planted leaves a mark when it runs.
import assert from 'node:assert/strict'
import { chmodSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { programOf, thisMachine } from '../../../operator/exec/executable.ts'
import { requireRuntimeVersion } from '../../../operator/exec/runtime-version.ts'
import { anExecutable } from '../../support/builders/executables.ts'
import { aScene, assertUntouched, pathOfProgram, start } from '../../support/operator/planted-scene.ts'

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
for (const name of ${JSON.stringify([...TRIES, 'planted-es'])}) await import(name).then(() => found.push(name), (error) => { if (!/NOT_FOUND|NOT_DEFINED/.test(error.code)) found.push(error.code) })
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

/** What a Node program starts: by the same Node, by the one in PATH, as text, in another folder, with flags of its own. */
const STARTS: readonly (readonly [title: string, code: string])[] = [
  ['spawn', 'spawnSync(process.execPath, [child], options)'],
  [
    'spawn with an environment',
    "spawnSync(process.execPath, [child], { ...options, env: { ...process.env, MORE: '1' } })",
  ],
  ['spawn with flags', "spawnSync(process.execPath, ['--no-warnings', child], options)"],
  [
    'spawn with options of Node',
    "spawnSync(process.execPath, [child], { ...options, env: { ...process.env, NODE_OPTIONS: process.env.NODE_OPTIONS + ' --no-warnings' } })",
  ],
  [
    'exec of text',
    "spawnSync(process.execPath, ['-e', \"try { require('planted'); console.log('found') } catch (error) { console.log(error.code) }\"], options)",
  ],
  ['a shell', 'spawnSync("/bin/sh", ["-c", \'exec "$0" "$1"\', process.execPath, child], options)'],
  [
    'a child of a child',
    "spawnSync(process.execPath, ['-e', `process.stdout.write(require('child_process').spawnSync(process.execPath, [${JSON.stringify(child)}], { encoding: 'utf8' }).stdout)`], options)",
  ],
]

for (const [title, code] of STARTS)
  test(`a process that a plugin starts finds modules in the plugin only: ${title}`, (t) => {
    const scene = aScene(t, {
      'child.js': "try { require('planted'); console.log('found') } catch (error) { console.log(error.code) }\n",
      'main.js': `const { spawnSync } = require('node:child_process')
const [child, options] = [require.resolve('./child.js'), { encoding: 'utf8' }]
process.stdout.write(${code}.stdout)\n`,
    })
    assert.equal(start(scene, 'main.js', 'node'), 'MODULE_NOT_FOUND\n')
    assertUntouched(scene)
  })

/** Node as a shell script starts it: octo's own, and the one of this machine, which may be older. */
const NODES = [process.execPath, ...(pathOfProgram('node') === undefined ? [] : ['node'])]

for (const [title, line] of [
  ['a file', '"$OCTO_PLUGIN_ROOT/child.js"'],
  ['text', `-e "$(cat "$OCTO_PLUGIN_ROOT/child.js")"`],
  ['a file in another folder', '"$OCTO_PLUGIN_ROOT/lib/deep/child.js"'],
] as const)
  test(`Node that a shell script starts finds modules in the plugin only: ${title}`, (t) => {
    const child = `const found = ${JSON.stringify(TRIES.slice(0, 2))}.map((name) => { try { require(name); return 'found' } catch (error) { return error.code } })
console.log(found.join(), require('node:path').sep)\n`
    for (const node of NODES) {
      const scene = aScene(t, {
        ...{ 'child.js': child, 'lib/deep/child.js': child },
        'main.sh': `#!/bin/sh\ncd / && cd "$HOME" && exec ${node} ${line}\n`,
      })
      assert.equal(start(scene, 'main.sh'), 'MODULE_NOT_FOUND,MODULE_NOT_FOUND /\n', node)
      assertUntouched(scene)
    }
  })

test('Node that a shell script starts finds what the plugin carries, by require and by import', (t) => {
  for (const node of NODES) {
    const scene = aScene(t, {
      ...OWN,
      'child.mjs': "import own from './lib/own.js'\nconsole.log(own, (await import('dep')).default)\n",
      'child.js': "console.log(require('./lib/own.js'), require('dep'), require('fs') === require('node:fs'))\n",
      'main.sh': `#!/bin/sh\n${node} "$OCTO_PLUGIN_ROOT/child.mjs" && exec ${node} "$OCTO_PLUGIN_ROOT/child.js"\n`,
    })
    assert.equal(start(scene, 'main.sh'), '1 2\n1 2 true\n', node)
    assertUntouched(scene)
  }
})

test('a program of the machine that a shell script starts by its path has its own modules', (t) => {
  for (const node of NODES) {
    const scene = aScene(t, { 'main.sh': `#!/bin/sh\nexec ${node} "$HOME/tool/main.cjs"\n` })
    scene.write(join(scene.home, 'tool/main.cjs'), "console.log(require('own/index.cjs'))\n")
    scene.write(join(scene.home, 'tool/node_modules/own/index.cjs'), "module.exports = 'own'\n")
    assert.equal(start(scene, 'main.sh'), 'own\n', node)
  }
})

test('a program of the machine that a plugin starts finds its own modules', (t) => {
  const scene = aScene(t, {
    'main.js':
      "process.stdout.write(require('node:child_process').spawnSync(process.execPath, [process.cwd() + '/tool/main.cjs'], { encoding: 'utf8' }).stdout)\n",
  })
  scene.write(join(scene.cwd, 'tool/main.cjs'), "console.log(require('own/index.cjs'))\n")
  scene.write(join(scene.cwd, 'tool/node_modules/own/index.cjs'), "module.exports = 'own'\n")
  assert.equal(start(scene, 'main.js', 'node'), 'own\n')
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

for (const runtime of ['python3', undefined] as const)
  test(`python looks beside the script only (${runtime ?? 'first line'})`, { skip: missing('python3') }, (t) => {
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

test('python that another program of the plugin starts knows no packages of the user', {
  skip: missing('python3'),
}, (t) => {
  const scene = aScene(t, {
    'own.py': '',
    'main.sh': '#!/bin/sh\nexec python3 "$OCTO_PLUGIN_ROOT/inner.py"\n',
    'inner.py': 'import own, site\nprint(site.ENABLE_USER_SITE, site.getusersitepackages())\n',
  })
  const [enabled, packages] = start(scene, 'main.sh').trim().split(' ')
  assert.equal(enabled, 'False')
  scene.write(join(packages as string, 'usercustomize.py'), `open(${JSON.stringify(join(scene.marks, 'user'))}, 'w')\n`)
  start(scene, 'main.sh')
  assertUntouched(scene)
  assert.deepEqual(readdirSync(scene.root).sort(), ['inner.py', 'main.sh', 'own.py'], 'no compiled modules')
})

for (const runtime of ['perl', undefined] as const)
  test(`perl looks in its own library only (${runtime ?? 'first line'})`, { skip: missing('perl') }, (t) => {
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

test('the error of a line that ends as on Windows shows the interpreter', (t) => {
  const scene = aScene(t, { main: '#!/bin/sh\r\necho hi\r\n' })
  assert.throws(() => start(scene, 'main'), /`\/bin\/sh\\r`/)
})

test('an interpreter that others could replace is not started', (t) => {
  const scene = aScene(t, {})
  scene.write(join(scene.folder, 'bin/interp'), '#!/bin/sh\n')
  chmodSync(join(scene.folder, 'bin'), 0o777)
  const executable = { ...anExecutable('says.sh'), runtime: { name: 'python3' as const } }
  const machine = { ...thisMachine(requireRuntimeVersion), path: join(scene.folder, 'bin') }
  scene.write(join(scene.folder, 'bin/python3'), '#!/bin/sh\n')
  assert.throws(() => programOf(executable, machine), {
    code: 'RUNTIME_MISSING',
    message: /bin` can be written by other users/,
  })
  chmodSync(join(scene.folder, 'bin'), 0o755)
  assert.equal(programOf(executable, machine).file, join(scene.folder, 'bin/python3'))
})

/** Why a test is skipped, or that it is not. */
function missing(program: string): string | false {
  return pathOfProgram(program) === undefined && `${program} is not on this machine`
}
