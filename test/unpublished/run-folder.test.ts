// `octo run ./DIR`: an unpublished plugin, run as a published one is, marked, and nothing of it left.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { isGone, pidIn } from '../support/machine/processes.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { typeOcto } from '../support/octo/in-process-octo.ts'
import { runOcto } from '../support/octo/run-octo.ts'

const MANIFEST = `name: my-tool
version: 0.1.0
kind: tool
description: says what it has
protocol: exec
platforms:
  any: {file: tool.sh, runtime: {name: sh}}
`

function aProject(t: TestContext, script: string, manifest = MANIFEST) {
  const folder = tempFolder(t)
  const [temporary, dir] = [join(folder, 'tmp'), join(folder, 'my-tool')]
  for (const one of [temporary, dir]) mkdirSync(one)
  writeFileSync(join(dir, 'plugin.yaml'), manifest)
  writeFileSync(join(dir, 'tool.sh'), `#!/bin/sh\n${script}`)
  const env = { TMPDIR: temporary, OCTO_HOME: join(folder, 'store'), OCTO_TOKEN: 'secret-of-the-shell', CI: 'true' }
  return { folder, temporary, dir, env }
}

test('it has the words, input, folder and environment of a published one, and its exit code is octo’s', async (t) => {
  const script = 'echo "words $*"; echo "input $(cat)"; pwd; env | cut -d= -f1 | sort; exit 7\n'
  const { folder, temporary, env } = aProject(t, script)
  const words = ['run', './my-tool', '--', 'a b', '--json']
  const { code, stdout, stderr } = await runOcto(words, { cwd: folder, env, input: 'typed' })
  assert.equal(code, 7, stderr)
  const [given, input, cwd, ...variables] = stdout.trimEnd().split('\n')
  assert.deepEqual([given, input, cwd], ['words a b --json', 'input typed', folder])
  const own = ['HOME', 'LANG', 'NODE_OPTIONS', 'OCTO_CONTRACT', 'OCTO_PLUGIN_ROOT', 'PATH', 'PWD', 'TMPDIR']
  const python = ['PYTHONDONTWRITEBYTECODE', 'PYTHONNOUSERSITE']
  assert.deepEqual(
    variables.filter((name) => !['OLDPWD', 'SHLVL', '_'].includes(name)),
    [...own, ...python].sort(),
  )
  assert.match(
    stderr,
    /^.*unsigned local build: my-tool 0\.1\.0 of `\.\/my-tool`; nobody vouches for it, and nothing of it is kept$/m,
  )
  assert.deepEqual(readdirSync(temporary), [])
  assert.deepEqual(readdirSync(folder).sort(), ['my-tool', 'tmp'], 'no store, no lockfile, no key')
  assert.deepEqual(readdirSync(join(folder, 'my-tool')).sort(), ['plugin.yaml', 'tool.sh'])
})

test('octo ends by the signal that ended it, and leaves nothing', async (t) => {
  const { folder, temporary, dir, env } = aProject(t, '')
  const started = join(folder, 'started')
  writeFileSync(join(dir, 'tool.sh'), `#!/bin/sh\necho $$ >${started}\nexec sleep 600\n`)
  let stop = () => {}
  const ended = runOcto(['run', '.'], {
    ...{ cwd: dir, env },
    onStart: (child) => {
      stop = () => void child.kill('SIGTERM')
    },
  })
  const pid = await pidIn(started)
  stop()
  const { code, signal, stderr } = await ended
  assert.deepEqual([code, signal], [null, 'SIGTERM'], stderr)
  assert.ok(await isGone(pid))
  assert.deepEqual(readdirSync(temporary), [])
})

test('what a registry would refuse is refused in the same words, without the folder that is gone', async (t) => {
  const unknown = aProject(t, 'echo\n', `${MANIFEST}colour: red\n`)
  const refused = await typeOcto(['run', unknown.dir], { cwd: unknown.folder, env: unknown.env })
  assert.equal(refused.code, 65)
  assert.match(refused.stderr, /^error\[MANIFEST_INVALID\].*unknown key `colour`/m)
  const secret = aProject(t, `# glpat-${'x'.repeat(20)}\n`)
  const leaking = await typeOcto(['run', secret.dir], { cwd: secret.folder, env: secret.env })
  assert.match(leaking.stderr, /^error\[SECRET_IN_ARCHIVE\]/m)
  const built = aProject(t, 'echo\n', MANIFEST.replace('kind: tool', 'kind: tool\nbuild: {commands: ["false"]}'))
  const failed = await typeOcto(['run', built.dir], { cwd: built.folder, env: built.env })
  assert.notEqual(failed.code, 0)
  for (const { stderr, stdout } of [refused, leaking, failed]) assert.doesNotMatch(stdout + stderr, /octo-test-plugin-/)
  for (const { temporary } of [unknown, secret, built]) assert.deepEqual(readdirSync(temporary), [])
})

const MISPLACED: readonly (readonly string[])[] = [
  ['--config', 'octo.yaml'],
  ['--lock', 'octo.lock'],
  ['--frozen'],
  ['--offline'],
  ['--relink', 'shim'],
]
for (const [at, dir] of ['.', '..', './my-tool', '../my-tool', '/srv/my-tool'].entries())
  test(`\`${dir}\` is a folder, for which options of a config are refused`, async (t) => {
    const cwd = tempFolder(t)
    // All of them for the first; what is a folder has nothing to do with which it is.
    for (const options of at === 0 ? MISPLACED : MISPLACED.slice(at, at + 1)) {
      const { code, stderr } = await typeOcto(['run', ...options, dir], { cwd })
      assert.equal(code, 64, stderr)
      assert.match(
        stderr,
        new RegExp(`\`${options[0]}\` is for plugins of a config, and \`${RegExp.escape(dir)}\` is a folder`),
      )
    }
    assert.ok(!existsSync(join(cwd, 'store')))
  })

test('a name is no folder, even where there is one of that name', async (t) => {
  const { folder } = aProject(t, 'echo\n')
  const { code, stderr } = await typeOcto(['run', 'my-tool'], { cwd: folder })
  assert.notEqual(code, 0)
  assert.doesNotMatch(stderr, /unsigned local build/)
})
