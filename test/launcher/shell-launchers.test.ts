// The shell scripts that start octo, in a checkout and in a package: what Node is told, and what octo learns of its caller.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { tempFolder } from '../support/machine/temp-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const LAUNCHERS = [
  ['octo', 'node_modules/.bin/node'],
  ['tools/package/launcher.sh', '../lib/octo/node/bin/node'],
] as const

/** A launcher in a folder where it finds this script in the place of Node. */
function aLauncher(
  t: Pick<TestContext, 'after'>,
  [launcher, node]: (typeof LAUNCHERS)[number],
  script: string,
): string {
  const folder = join(tempFolder(t), 'bin')
  const said = join(folder, node)
  mkdirSync(join(said, '..'), { recursive: true })
  cpSync(join(root, launcher), join(folder, 'octo'))
  writeFileSync(said, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return join(folder, 'octo')
}

for (const names of LAUNCHERS) {
  test(`${names[0]} gives Node room for all that octo loads, and hands on the words as they are`, (t) => {
    const launcher = aLauncher(t, names, 'printf "%s\\n" "$@"')
    const { stdout } = spawnSync(launcher, ['run', 'a b', ''], { encoding: 'utf8' })
    const [room, script = '', ...words] = stdout.split('\n')
    assert.deepEqual([room, basename(script), ...words], ['--min-semi-space-size=8', 'octo.js', 'run', 'a b', '', ''])
  })

  test(`${names[0]} tells octo how many files its caller may open, and leaves input and descriptors alone`, {
    skip: process.platform !== 'linux' && 'asks /proc',
  }, (t) => {
    const launcher = aLauncher(t, names, 'echo "$OCTO_OPEN_FILES"; ls -l /proc/self/fd | grep -c "pipe:"; cat')
    for (const shell of ['sh', 'dash', 'bash', 'mksh', 'zsh'].filter((name) => existsSync(`/bin/${name}`)))
      for (const [redirection, rest] of [
        ['', ''],
        ['<&-', ''],
        [`<${launcher}`, readFileSync(launcher, 'utf8')],
      ]) {
        const call = `ulimit -Sn 333; exec ${shell} '${launcher}' 2>/dev/null ${redirection}`
        const { stdout } = spawnSync('/bin/sh', ['-c', call], {
          ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
          env: { PATH: process.env.PATH, OCTO_OPEN_FILES: '5' },
        })
        // Their standard output, and that of `ls` itself.
        assert.match(stdout, /^333\n[0-2]\n/, `${shell} ${redirection}`)
        assert.equal(stdout.split('\n').slice(2).join('\n'), rest, `${shell} ${redirection}`)
      }
  })
}
