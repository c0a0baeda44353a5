// `octo test`: the whole way of a plugin, from its folder to a run, with nothing left behind.
import assert from 'node:assert/strict'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { isGone, pidIn } from '../support/machine/processes.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'
import { BUNDLE, runOcto } from '../support/octo/run-octo.ts'

const MANIFEST = `name: my-check
version: 0.1.0
kind: tool
description: looks at a file
protocol: exec
output: check/v1
arguments:
  type: object
  properties: {path: {type: string}, depth: {type: integer}}
platforms:
  any: {file: check.sh, runtime: {name: sh}}
`
const SCRIPT =
  '#!/bin/sh\n[ -e "${1#--path=}" ] && echo "OK - there" || { echo "CRITICAL - no ${1#--path=}"; exit 2; }\n'

function aProject(t: TestContext, manifest = MANIFEST) {
  const folder = tempFolder(t)
  const temporary = join(folder, 'tmp')
  const dir = join(folder, 'my-check')
  for (const one of [temporary, dir]) mkdirSync(one)
  writeFileSync(join(dir, 'plugin.yaml'), manifest)
  writeFileSync(join(dir, 'check.sh'), SCRIPT)
  const place = { cwd: folder, env: { TMPDIR: temporary } }
  const octo = (...words: readonly string[]) => runOcto(['test', 'my-check', ...words], place)
  /** For what ends before the plugin is run, whose output is that of a process. */
  const octoHere = () => octoIn({ ...place, env: { ...BUNDLE, ...place.env } }, ['test', 'my-check'])
  return { folder, temporary, dir, octo, octoHere }
}

test('a plugin runs as its users will have it, and what was kept runs again from its own repo', async (t) => {
  const { octo, temporary, folder } = aProject(t)
  const { code, stdout, stderr } = await octo('--keep', '--', '--path=/')
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^ok +my-check +health +my-check@0\.1\.0 .* OK - there$/m)
  assert.match(stderr, /^built my-check 0\.1\.0\n(?:still running: .*\n)*signed, resolved, proven and installed$/m)
  assert.match(
    stderr,
    /my-check declares arguments that were not given: `--depth`; they stand behind `--`: `octo test my-check -- --path=\/ --depth=VALUE`\n/,
  )
  const [kept = ''] = readdirSync(temporary).filter((name) => name.startsWith('octo-test-plugin-'))
  assert.ok(stderr.includes(`kept ${join(temporary, kept)}`))
  assert.deepEqual(readdirSync(folder).sort(), ['my-check', 'tmp'])
  assert.ok(readFileSync(join(temporary, kept, 'octo.yaml'), 'utf8').includes('"--path=/"'))
  assert.equal(statSync(join(temporary, kept, 'test.key')).mode & 0o777, 0o600)
})

test('a check that fails, fails the test: in a folder that is not named, of several platforms the one of this machine, and nothing stays', async (t) => {
  const platforms = ['linux_amd64', 'linux_arm64', 'darwin_arm64', 'freebsd_amd64'].map(
    (key) => `  ${key}: {file: check.sh}\n`,
  )
  const manifest = `${MANIFEST.slice(0, MANIFEST.indexOf('platforms:'))}readme: docs/about.md\nplatforms:\n${platforms.join('')}`
  const { dir, temporary } = aProject(t, manifest)
  mkdirSync(join(dir, 'docs'))
  writeFileSync(join(dir, 'docs', 'about.md'), 'looks at “a file”\n')
  const words = ['test', '--', '--path=/no/such/file']
  const { code, stdout, stderr } = await runOcto(words, { cwd: dir, env: { TMPDIR: temporary } })
  assert.equal(code, 1, stderr)
  assert.match(stdout, /CRITICAL - no \/no\/such\/file/)
  assert.doesNotMatch(stdout + stderr, /octo-test-plugin-/, 'nobody is sent to a folder that is gone')
  assert.deepEqual(readdirSync(temporary), [])
  assert.ok(!existsSync(join(dir, 'dist')), 'the project is as it was')
})

test('what would be refused when it is published is refused here, in the same words', async (t) => {
  const other = aProject(
    t,
    MANIFEST.replace('any: {file: check.sh, runtime: {name: sh}}', 'freebsd_amd64: {file: check.sh}'),
  )
  const none = await other.octoHere()
  assert.match(none.stderr, /^error\[NO_MATCHING_PLATFORM\].*`platforms` are `freebsd_amd64`/s)
  assert.notEqual(none.code, 0)
  const wrong = aProject(t)
  appendFileSync(join(wrong.dir, 'plugin.yaml'), 'colour: red\n')
  const { code, stderr } = await wrong.octoHere()
  assert.equal(code, 65)
  assert.match(stderr, /^error\[MANIFEST_INVALID\].*unknown key `colour`/)
  assert.deepEqual(readdirSync(wrong.temporary), [])
  rmSync(join(wrong.dir, 'plugin.yaml'))
  const missing = await wrong.octoHere()
  assert.match(missing.stderr, /^error\[FILE_NOT_FOUND\]: there is no `.*my-check\/plugin\.yaml`/)
  assert.deepEqual(readdirSync(wrong.temporary), [])
})

test('a test that is ended ends its plugin, and leaves nothing', async (t) => {
  const { folder, temporary, dir } = aProject(t)
  const started = join(folder, 'started')
  writeFileSync(join(dir, 'check.sh'), `#!/bin/sh\necho $$ >${started}\nexec sleep 600\n`)
  let stop = () => {}
  const ended = runOcto(['test', 'my-check'], {
    ...{ cwd: folder, env: { TMPDIR: temporary } },
    onStart: (child) => {
      stop = () => void child.kill('SIGTERM')
    },
  })
  const pid = await pidIn(started)
  stop()
  const { code, stderr } = await ended
  assert.equal(code, 143, stderr)
  assert.ok(await isGone(pid))
  assert.deepEqual(readdirSync(temporary), [])
})

function interrupt(pid: number): void {
  try {
    process.kill(pid, 'SIGINT')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`${signal} during the build is an interruption, ends what was built with, and leaves nothing`, async (t) => {
    const { folder, temporary, dir } = aProject(t)
    const started = join(folder, 'started')
    appendFileSync(join(dir, 'plugin.yaml'), `build: {commands: [[sh, -c, "echo $$ >${started}; exec sleep 600"]]}\n`)
    let stop = () => {}
    const ended = runOcto(['test', 'my-check'], {
      ...{ cwd: folder, env: { TMPDIR: temporary } },
      onStart: (child) => {
        stop = () => void child.kill(signal)
      },
    })
    const pid = await pidIn(started)
    stop()
    // Ctrl-C would reach the command as well, unless octo has ended it already.
    if (signal === 'SIGINT') interrupt(pid)
    const { code, stderr } = await ended
    assert.match(
      stderr,
      /^error\[INTERRUPTED\]: interrupted in `octo build`, before the plugin ran: nothing of it stays$/m,
    )
    assert.equal(code, 130)
    assert.ok(await isGone(pid))
    assert.deepEqual(readdirSync(temporary), [])
  })
