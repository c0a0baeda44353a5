// A store with one plugin, and files that leave a mark when they are run in every place where a runtime may look for code.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { openStore } from '../../../client/store/open-store.ts'
import { pluginEnvironment } from '../../../operator/exec/environment.ts'
import { programOf, thisMachine } from '../../../operator/exec/executable.ts'
import { requireRuntimeVersion } from '../../../operator/exec/runtime-version.ts'
import type { Runtime } from '../../../schemas/manifest.ts'
import { anExecutable } from '../builders/executables.ts'
import { tempFolder } from '../machine/temp-folder.ts'

export type Scene = ReturnType<typeof aScene>

/** A store with one plugin in it, and planted files in every folder that a runtime may look at. */
export function aScene(t: TestContext, files: Readonly<Record<string, string>>) {
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
    write(
      join(place, 'node_modules/planted-es/index.mjs'),
      `import fs from 'node:fs'; fs.writeFileSync(${JSON.stringify(mark(`es-${index}`))}, '')\n`,
    )
    write(join(place, 'node_modules/planted-es/package.json'), JSON.stringify({ exports: './index.mjs' }))
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
export function start({ root, cwd, hostile, folder }: Scene, file: string, runtime?: Runtime['name']): string {
  const path = join(root, file)
  const executable = { ...anExecutable(file, { bare: true, path }), ...(runtime ? { runtime: { name: runtime } } : {}) }
  const program = programOf(executable, thisMachine(requireRuntimeVersion))
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

export function assertUntouched({ marks }: Scene): void {
  assert.deepEqual(readdirSync(marks), [])
}

/** The program stands in a folder where octo looks for it. */
export function pathOfProgram(name: string): string | undefined {
  return ['/usr/bin', '/bin', '/usr/local/bin'].map((folder) => join(folder, name)).find((path) => existsSync(path))
}
