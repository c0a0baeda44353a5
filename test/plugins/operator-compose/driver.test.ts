// operator-compose as a program, with stand-ins for the programs that it drives: which it takes, how it calls it, how it ends.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { findDriver } from '../../../plugins/operator-compose/driver.ts'
import type { Dialect } from '../../../plugins/operator-compose/features.ts'
import { commandLine } from '../../../plugins/operator-compose/operator.ts'
import { OperatorProblem } from '../../../sdk/operator/index.ts'
import { anOperatorCall, anOperatorConfig } from '../../support/builders/operator-config.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { bundleOf } from '../../support/operator/bundled-plugin.ts'

const STATE = ['-p', 'shop', '-f', '/state/compose.yaml', '--project-directory', '/project']
const CALLS: readonly (readonly [Parameters<typeof anOperatorCall>[0], string, string])[] = [
  [{ word: 'start' }, '', 'up -d'],
  [{ word: 'start', dryRun: true, args: ['web'] }, '--dry-run', 'up -d web'],
  [{ word: 'stop' }, '', 'down'],
  [{ word: 'stop', args: ['web'] }, '', 'stop web'],
  [{ word: 'restart' }, '', 'restart'],
  [{ word: 'status' }, '', 'ps -a'],
  [{ word: 'logs', follow: true, args: ['web'] }, '', 'logs --follow web'],
  [{ word: 'exec', args: ['web', 'ls', '-la'] }, '', 'exec -T web ls -la'],
  [{ word: 'compose', args: ['top', '--help'] }, '', 'top --help'],
]
for (const [call, before, expected] of CALLS)
  test(`\`${call.word} ${call.args?.join(' ') ?? ''}\` becomes \`docker compose … ${expected}\``, () => {
    const words = commandLine(anOperatorCall(call), { words: ['docker', 'compose'], dialect: 'compose 2' }, 'shop')
    assert.deepEqual(words, ['docker', 'compose', ...(before ? [before] : []), ...STATE, ...expected.split(' ')])
  })

test('podman-compose is given no option that it does not know', () => {
  const driver = { words: ['podman-compose'], dialect: 'podman-compose' } as const
  const words = commandLine(anOperatorCall({ word: 'status' }), driver, 'shop')
  assert.deepEqual(words, ['podman-compose', '-p', 'shop', '-f', '/state/compose.yaml', 'ps'])
})

const ALL = {
  docker: '2.30.0',
  'docker-compose': '1.29.2',
  podman: '5.0.0',
  'podman-compose': '1.0.6',
  nerdctl: '2.0.0',
}
type Programs = Readonly<Record<string, string>>
const asked = (programs: Programs) => (words: readonly string[]) => programs[words[0] ?? ''] || undefined
const named = (operator: string, driver?: unknown) =>
  anOperatorConfig({ octoctl: { operator }, ...(driver ? { configs: { 'operator-compose': { driver } } } : {}) })

const DRIVERS: readonly (readonly [string, Programs, ReturnType<typeof named>, string, Dialect])[] = [
  ['all are there', ALL, named(''), 'docker compose', 'compose 2'],
  ['docker has no Compose', { ...ALL, docker: '' }, named('docker'), 'docker-compose', 'compose 1'],
  ['docker-compose is of version 2', { 'docker-compose': 'v2.30.1' }, named('docker'), 'docker-compose', 'compose 2'],
  ['only podman is there', { podman: '5.0.0' }, named(''), 'podman compose', 'compose 2'],
  ['podman has Compose 1', { podman: '1.29.2' }, named(''), 'podman compose', 'compose 1'],
  [
    'podman-compose is there too',
    { ...ALL, docker: '', 'docker-compose': '' },
    named(''),
    'podman-compose',
    'podman-compose',
  ],
  ['only nerdctl is there', { nerdctl: '2.0.0' }, named(''), 'nerdctl compose', 'nerdctl'],
  ['the config names podman', ALL, named('podman'), 'podman-compose', 'podman-compose'],
  ['the config names nerdctl', ALL, named('nerdctl'), 'nerdctl compose', 'nerdctl'],
  ['the config names a driver', ALL, named('docker', 'podman'), 'podman-compose', 'podman-compose'],
]
for (const [when, programs, config, words, dialect] of DRIVERS)
  test(`where ${when}, ${words} is called as ${dialect}`, () => {
    const driver = findDriver(config, asked(programs))
    assert.deepEqual([driver.words.join(' '), driver.dialect], [words, dialect])
  })

const NO_DRIVER: readonly (readonly [string, Programs, ReturnType<typeof named>, number, RegExp])[] = [
  ['there is no program', {}, named(''), 127, /none of `docker compose`, .*`nerdctl compose` works on this machine/],
  [
    'the named one is missing',
    { docker: '2.1.0' },
    named('podman'),
    127,
    /none of `podman-compose`, `podman compose` works/,
  ],
  ['the driver is none', ALL, named('', 'lxc'), 78, /is `lxc`, expected one of docker, podman, nerdctl/],
]
for (const [when, programs, config, exitCode, problem] of NO_DRIVER)
  test(`where ${when}, nothing is called`, () => {
    assert.throws(
      () => findDriver(config, asked(programs)),
      (error) => error instanceof OperatorProblem && error.exitCode === exitCode && problem.test(error.message),
    )
  })

/** Answers what it is asked about its version, notes all other calls, and ends as it is told. */
const standIn = (version: string) => `#!/bin/sh
case "$*" in *version*) echo "${version}"; exit 0;; esac
for word in "$@"; do echo "$word"; done > "$OUT"
pwd -P > "$OUT.folder"
exit "\${EXIT:-0}"
`

function aPlace(
  t: TestContext,
  programs: Programs,
  config: object = { name: 'shop', services: { web: { image: 'acme/web' } } },
) {
  const folder = tempFolder(t)
  const [bin, state, project] = [join(folder, 'bin'), join(folder, 'state'), join(folder, 'project')]
  for (const path of [bin, state, project]) mkdirSync(path)
  for (const [name, version] of Object.entries(programs)) {
    writeFileSync(join(bin, name), standIn(version))
    chmodSync(join(bin, name), 0o755)
  }
  writeFileSync(join(state, 'config.json'), JSON.stringify(config))
  const out = join(folder, 'out')
  async function run(words: readonly string[], more: Readonly<Record<string, string>> = {}) {
    const program = join(folder, 'plugin.cjs')
    writeFileSync(program, await bundleOf('operator-compose'))
    const argv = [program, '--config', join(state, 'config.json'), ...words]
    const env = { PATH: `${bin}:/usr/bin:/bin`, OUT: out, OCTO_PROJECT_DIR: project, ...more }
    const child = spawn(process.execPath, argv, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    return { code, stdout, stderr }
  }
  return { state, project, out, run, called: () => readFileSync(out, 'utf8').trimEnd().split('\n') }
}

test('its exit code is that of the program, which is started in the folder of the project', async (t) => {
  const { run, called, state, project, out } = aPlace(t, { docker: '2.30.0' })
  const { code, stderr } = await run(['start'], { EXIT: '7' })
  assert.deepEqual([code, stderr], [7, ''])
  assert.equal(called().join(' '), `compose -p shop -f ${state}/compose.yaml --project-directory ${project} up -d`)
  assert.equal(readFileSync(`${out}.folder`, 'utf8').trim(), project)
  assert.match(readFileSync(join(state, 'compose.yaml'), 'utf8'), /"image": "acme\/web"/)
  assert.equal(statSync(join(state, 'compose.yaml')).mode & 0o777, 0o600)
})

const FAILS: readonly (readonly [string, object, number, RegExp])[] = [
  ['nothing can be started', { name: 'x' }, 78, /no service of the config has an image/],
  ['the config has no name', {}, 78, /the config has no `name`/],
  ['services are a list', { name: 'x', services: [] }, 78, /`services` is a list, expected a map/],
]
for (const [when, config, exit, problem] of FAILS)
  test(`where ${when}, it says so in one line and exits with ${exit}`, async (t) => {
    const { run, out } = aPlace(t, { docker: '2.30.0' }, config)
    const { code, stderr, stdout } = await run(['start'])
    assert.deepEqual([code, stdout], [exit, ''])
    assert.match(stderr, problem)
    assert.match(stderr, /^operator-compose: [^\n]+\n$/)
    assert.ok(!existsSync(out))
  })

test('show prints the Compose file, and calls nothing', async (t) => {
  const { run, out, state } = aPlace(t, { 'docker-compose': '1.29.2' })
  const { code, stdout } = await run(['show'])
  assert.equal(code, 0)
  assert.match(stdout, /^"services":\n {2}"web":\n {4}"image": "acme\/web"\n/)
  assert.deepEqual([existsSync(out), existsSync(join(state, 'compose.yaml'))], [false, false])
})

test('a dry run of a program that has none prints the command line, and calls nothing', async (t) => {
  const { run, out, state, project } = aPlace(t, { 'docker-compose': '1.29.2' })
  const { code, stdout } = await run(['start', '--dry-run'])
  const words = `docker-compose -p shop -f ${state}/compose.yaml --project-directory ${project} up -d\n`
  assert.deepEqual([code, stdout], [0, words])
  assert.ok(!existsSync(out))
})

test('what is no command line of an operator is refused', async (t) => {
  for (const words of [['begin'], ['start', '--force']]) {
    const { code, stderr } = await aPlace(t, ALL).run(words)
    assert.equal(code, 64)
    assert.match(stderr, /^operator-compose: /)
  }
})
