// The exec contract with real programs: what they are given, and what their endings mean.
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { VerifiedExecutable } from '../../../client/index.ts'
import type { CheckArguments } from '../../../config/model/config.ts'
import type { RunDeps } from '../../../operator/exec/plugin-process.ts'
import type { PluginRun } from '../../../operator/exec/run-plugin.ts'
import { runPlugin } from '../../../operator/exec/run-plugin.ts'
import { coded } from '../../../schemas/errors.ts'
import { FIXED_PATH } from '../../../system/process/system-tool.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { anExecutable } from '../../support/builders/executables.ts'
import { aVersion } from '../../support/builders/names.ts'
import { isGone, pidIn } from '../../support/machine/processes.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const HOST_ENV = {
  ...{ PATH: '.:/home/me/bin', HOME: '/home/me', LANG: 'de_AT.UTF-8', TZ: 'Europe/Vienna', LD_PRELOAD: '/tmp/x.so' },
  ...{ HTTPS_PROXY: 'http://proxy:1', no_proxy: 'local', SSL_CERT_FILE: '/etc/ca.pem', OCTO_TOKEN: 'secret' },
  ...{ AWS_SECRET_ACCESS_KEY: 'secret', NODE_OPTIONS: '--require=/tmp/x.js', RUST_BACKTRACE: '1', TERM: 'xterm' },
  TRACEPARENT: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
}
const DEPS: RunDeps = { env: HOST_ENV, locate: (executable) => executable }
const onLinux = { skip: process.platform !== 'linux' && 'it is found in /proc, which Linux has' }
const NOTHING: CheckArguments = { kind: 'map', value: {} }

function run(executable: VerifiedExecutable, more: Partial<PluginRun> = {}, deps = DEPS) {
  return runPlugin({ executable, arguments: NOTHING, phase: 'health', ...more }, deps)
}

type Told = {
  argv: string[]
  argv0: string
  env: Record<string, string>
  cwd: string
  fds: string[]
  stdin: string
}
const told = async (more: Partial<PluginRun> = {}, manifest = {}) =>
  (await run(anExecutable('dumps.mjs', { output: 'check/v1', ...manifest }), more)).details as Told

test('a plugin sees exactly the variables of the allow-list, and no file that octo has open', async () => {
  const before = Date.now()
  const { env, fds } = await told({ service: 'web', timeoutMs: 60_000 })
  assert.deepEqual(Object.keys(env).sort(), [
    ...['HOME', 'HTTPS_PROXY', 'LANG', 'NODE_OPTIONS', 'OCTO_CONTRACT', 'OCTO_DEADLINE_MS', 'OCTO_PHASE'],
    ...['OCTO_PLUGIN_ROOT', 'OCTO_SERVICE', 'PATH', 'PYTHONDONTWRITEBYTECODE', 'PYTHONNOUSERSITE'],
    ...['SSL_CERT_FILE', 'TMPDIR', 'TRACEPARENT', 'TZ', 'no_proxy'],
  ])
  assert.match(env.NODE_OPTIONS ?? '', /^--require "[^"]+node-guard\.cjs"$/, 'the guard, and nothing of the operator’s')
  assert.equal(env.PATH, FIXED_PATH)
  assert.equal(env.OCTO_CONTRACT, 'check/v1')
  assert.equal(env.OCTO_SERVICE, 'web')
  assert.equal(env.OCTO_PHASE, 'health')
  const deadline = Number(env.OCTO_DEADLINE_MS)
  assert.ok(deadline >= before + 60_000 && deadline <= Date.now() + 60_000)
  const strange = fds.filter((target) => !/^(\/dev\/null$|\/proc\/|pipe:|socket:|anon_inode:)/.test(target))
  assert.deepEqual(strange, [])
})

test('a plugin works in a private empty directory that is gone afterwards', async () => {
  const { cwd, env } = await told()
  assert.equal(dirname(cwd), dirname(env.TMPDIR ?? ''))
  assert.notEqual(cwd, process.cwd())
  assert.equal(existsSync(dirname(cwd)), false)
})

test('what a plugin leaves running in a session of its own is ended with it', onLinux, async (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 'leaves-one.sh')
  const leaves = `setsid sh -c 'echo $$ >"$0"; exec sleep 600' "$1" & until [ -s "$1" ]; do sleep 0.02; done; echo OK`
  writeFileSync(path, `#!/bin/sh\n${leaves}\n`, { mode: 0o755 })
  const file = join(folder, 'pid')
  const executable = anExecutable('leaves-one.sh', { path, output: 'check/v1' })
  const { status } = await run(executable, { arguments: { kind: 'list', value: [file] } })
  assert.equal(status, 'ok')
  assert.ok(await isGone(await pidIn(file)))
})

test('standard input is empty, or one document for plugins that ask for it', async () => {
  assert.equal((await told()).stdin, '')
  const given: CheckArguments = { kind: 'map', value: { port: 1 } }
  const asked = await told({ arguments: given, service: 'web' }, { input: 'json' })
  assert.deepEqual(JSON.parse(asked.stdin), { v: 1, service: 'web', phase: 'health', arguments: { port: 1 } })
  assert.deepEqual(asked.argv, [])
})

test('arguments are checked against the schema of the release before anything is started', async () => {
  const schema = {
    type: 'object',
    additionalProperties: false,
    properties: { port: { type: 'integer' }, url: { type: 'string', format: 'uri' } },
    required: ['port'],
  }
  const executable = anExecutable('says.sh', { arguments: schema })
  const deps = { ...DEPS, locate: () => assert.fail('was going to be started') }
  const rows: readonly [Record<string, unknown>, RegExp][] = [
    [{ port: 'hunter2' }, /`port` must be integer/],
    [{}, /`port` is missing/],
    [{ port: 1, prot: 2 }, /`prot` is no argument, did you mean `port`\?/],
    [{ port: 1, url: 'no url' }, /`url` must match format "uri"/],
  ]
  for (const [value, problem] of rows) {
    const error = await expectCodeAsync('ARGUMENTS_INVALID', () =>
      run(executable, { arguments: { kind: 'map', value } }, deps),
    )
    assert.match(error.message, problem)
    assert.doesNotMatch(JSON.stringify(error), /hunter2/)
  }
  await run(executable, { arguments: { kind: 'map', value: { port: 1, url: 'http://x/' } } })
})

test('of arguments of which one is needed, the choice is said once and as one sentence', async () => {
  const schema = {
    type: 'object',
    properties: { port: { type: 'integer' }, address: { type: 'string' } },
    anyOf: [{ required: ['port'] }, { required: ['address'] }],
  }
  const executable = anExecutable('says.sh', { arguments: schema })
  const asked = (value: Record<string, unknown>) => run(executable, { arguments: { kind: 'map', value } })
  const { message } = await expectCodeAsync('ARGUMENTS_INVALID', () => asked({}))
  assert.match(message, /: one of `port`, `address` is missing$/)
  await asked({ port: 1 })
  await asked({ address: 'x' })
})

test('a schema that is of no use is an error and not a pass', async () => {
  for (const schema of [{ $ref: 'https://elsewhere.example/schema' }, { type: 'nothing' }])
    await expectCodeAsync('ARGUMENTS_INVALID', () => run(anExecutable('says.sh', { arguments: schema })))
})

test('an executable that the client no longer vouches for is not started', async () => {
  const locate = () => {
    throw coded('STORE_CORRUPT', { message: 'changed' })
  }
  await expectCodeAsync('STORE_CORRUPT', () => run(anExecutable('says.sh'), {}, { ...DEPS, locate }))
})

test('a bare program gets the name of the plugin and its words without any shell', async () => {
  const words = ['$HOME', '`id`', ';', '*']
  const result = await run(anExecutable('bare.sh', { bare: true, output: 'check/v1' }), {
    arguments: { kind: 'list', value: words },
  })
  assert.equal(result.status, 'ok')
  assert.equal(result.summary, `BARE OK - ${words.join(' ')}`)
})

test('a text file without an interpreter is not given to a shell', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'octo-shell-'))
  const marker = join(directory, 'marker')
  await expectCodeAsync('PLUGIN_NOT_EXECUTABLE', () =>
    run(anExecutable('no-interpreter', { bare: true }), { arguments: { kind: 'list', value: [marker] } }),
  )
  assert.equal(existsSync(marker), false)
  await rm(directory, { recursive: true })
})

test('a deadline of the config comes before the one of the plugin, and that before the one of the phase', async () => {
  const expectTime = async (wantedMs: number, more: Partial<PluginRun>, manifest = {}) => {
    const before = Date.now()
    const deadline = Number((await told(more, manifest)).env.OCTO_DEADLINE_MS)
    assert.ok(deadline >= before + wantedMs && deadline <= Date.now() + wantedMs, `${deadline - before} ≠ ${wantedMs}`)
  }
  await expectTime(20_000, { timeoutMs: 20_000 }, { timeoutMs: 90_000 })
  await expectTime(90_000, {}, { timeoutMs: 90_000 })
  await expectTime(10_000, {})
  await expectTime(60_000, { phase: 'preflight' })
})

test('a plugin that is too slow is unknown with the code 124', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'octo-slow-'))
  const result = await run(
    anExecutable('ignores-term.sh', { output: 'check/v1' }),
    { timeoutMs: 200, arguments: { kind: 'list', value: [join(directory, 'pid')] } },
    { ...DEPS, limits: { killGraceMs: 50 } },
  )
  assert.equal(result.status, 'unknown')
  assert.equal(result.hostCode, 124)
  await rm(directory, { recursive: true })
})

test('much output before the result does not hide it', async () => {
  const result = await run(anExecutable('long.mjs', { output: 'check/v1' }))
  assert.equal(result.status, 'warn')
  assert.equal(result.summary, 'after much output')
})

test('a line that says worse than the result is not passed over', async () => {
  const lines = ['critical', 'ok'].map((status) => JSON.stringify({ v: 1, status, summary: 'fine' }))
  const words = { kind: 'list', value: [lines.join('\\n'), '', '0'] } as const
  const result = await run(anExecutable('says.sh', { output: 'check/v1' }), { arguments: words })
  assert.equal(result.status, 'unknown')
  assert.match(result.summary, /another line says critical, the result: fine/)
})

test('a crash with the exit code of a warning is unknown and says why', async () => {
  const result = await run(anExecutable('throws.mjs', { output: 'check/v1' }))
  assert.equal(result.status, 'unknown')
  assert.equal(result.exitCode, 1)
  assert.ok(result.log.some(({ message }) => message.includes('boom')))
})

test('a signal is reported as 128 and its number', async () => {
  const result = await run(anExecutable('dies.sh', { output: 'check/v1' }))
  assert.equal(result.status, 'unknown')
  assert.equal(result.hostCode, 128 + 11)
  assert.match(result.summary, /SIGSEGV/)
})

test('a release that asks for a newer octo, or for another protocol, is refused', async () => {
  const newer = anExecutable('says.sh', { minimumOperator: aVersion('999.0.0') })
  await expectCodeAsync('OPERATOR_TOO_OLD', () => run(newer))
  await expectCodeAsync('PLUGIN_NOT_EXECUTABLE', () => run(anExecutable('says.sh', { protocol: 'ocm' })))
})
