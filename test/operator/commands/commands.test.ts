// The real `octo run` and `octo check`, from a config file and a registry to running plugins. In this process, but for what only
// a process of its own shows: signals, and what a plugin in the foreground prints.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { isGone, pidIn } from '../../support/machine/processes.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const script = (body: string) => Buffer.from(`#!/bin/sh\n${body}\n`)
const forUnix = (bytes: Buffer) =>
  Object.fromEntries(
    ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64'].map((platform) => [platform, bytes]),
  )

/** Checks that pass and fail as their argument says, and note every run in a file. */
const CHECK = script(
  'for word in "$@"; do case $word in --log=*) echo ran >> "${word#--log=}";; esac; done\necho "OK - fine"',
)
const BROKEN = script('echo "CRITICAL - broken"; exit 2')

async function aPlace(t: TestContext, services: string) {
  const key = issueKey()
  const manifest = { output: 'check/v1' } as const
  const releases = await Promise.all([
    aRelease(key, { plugin: 'good', manifest, platforms: forUnix(CHECK) }),
    aRelease(key, { plugin: 'bad', manifest, platforms: forUnix(BROKEN) }),
    aRelease(key, { plugin: 'hello' }),
  ])
  const registry = await startStaticRegistry(t, releases)
  const folder = tempFolder(t)
  const keys = `[${publicKeyLine(key.trustKey)}]`
  const text = `operator:\n  repos: {core: {url: "${registry.url()}", keys: ${keys}}}\n  services:\n    ${services}\n`
  writeFileSync(join(folder, 'octo.yaml'), text)
  const place = { cwd: folder, env: { OCTO_HOME: join(folder, 'store') } }
  const octo = (...words: string[]) => octoIn(place, words)
  const startOcto = (...words: string[]) => runOcto(words, place)
  return { registry, folder, octo, startOcto, ran: join(folder, 'ran'), key }
}

test('a check installs everything first, and then needs no registry', async (t) => {
  const { octo, registry, folder } = await aPlace(t, 'web: {preflight: [{tool: good}], health: [{tool: good}]}')
  const first = await octo('check')
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stdout, /ok +web +preflight +good@1\.0\.0 .* OK - fine\nok +web +health/)
  assert.match(first.stdout, /2 passed in/)
  assert.ok(existsSync(join(folder, 'octo.lock')))
  const asked = registry.requests.length
  const second = await octo('check', '--frozen', '--offline', '--json', '--junit', join(folder, 'junit.xml'))
  assert.equal(second.code, 0, second.stderr)
  assert.equal(registry.requests.length, asked)
  assert.equal(JSON.parse(second.stdout).summary.passed, 2)
  assert.match(readFileSync(join(folder, 'junit.xml'), 'utf8'), /tests="2" failures="0"/)
})

test('one failed check makes the exit code 1, and the table says where it is written', async (t) => {
  const { octo, folder } = await aPlace(
    t,
    'web: {health: [{tool: good}, {tool: bad, failureThreshold: 2, interval: 10ms}]}',
  )
  const { code, stdout } = await octo('check')
  assert.equal(code, 1)
  assert.match(stdout, /failed +web +health +bad@1\.0\.0 .* CRITICAL - broken \(2 runs\)/)
  assert.ok(stdout.includes(`${join(folder, 'octo.yaml')}:4  exit code 2`), stdout)
  assert.match(stdout, /1 passed, 1 failed/)
})

test('one flipped bit in the store is found before anything runs', async (t) => {
  const { octo, folder, ran } = await aPlace(t, 'web: {health: [{tool: good, args: ["--log=RAN"]}]}')
  writeFileSync(
    join(folder, 'octo.yaml'),
    readFileSync(join(folder, 'octo.yaml'), 'utf8').replace('--log=RAN', `--log=${ran}`),
  )
  assert.equal((await octo('check')).code, 0)
  const before = readFileSync(ran, 'utf8')
  const store = join(folder, 'store')
  const copies = filesBelow(store).filter((path) => readFileSync(join(store, path)).equals(CHECK))
  assert.ok(copies.length > 0)
  for (const path of copies) {
    const bytes = Buffer.from(CHECK)
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40)
    chmodSync(join(store, path), 0o755)
    writeFileSync(join(store, path), bytes)
  }
  const { code, stdout } = await octo('check', '--frozen', '--offline')
  assert.equal(code, 1)
  assert.match(stdout, /unknown +web +health +good/)
  assert.match(stdout, /STORE_CORRUPT/)
  assert.equal(readFileSync(ran, 'utf8'), before)
})

test('Ctrl-C asks plugins to end, and after a second one what is known is still shown', async (t) => {
  const { folder, key } = await aPlace(t, 'web: {}')
  const note = (file: string) => `echo $$ > "${file}"`
  const stubborn = script(`trap '${note('$1.asked')}' TERM; trap '' INT; ${note('$1')}\nwhile :; do sleep 0.05; done`)
  const release = await aRelease(key, { plugin: 'stubborn', platforms: forUnix(stubborn) })
  const registry = await startStaticRegistry(t, [release])
  const file = join(folder, 'pid')
  const repos = `{core: {url: "${registry.url()}", keys: [${publicKeyLine(key.trustKey)}]}}`
  const service = `{web: {health: [{tool: stubborn, args: ["${file}"], timeout: 60s}]}}`
  writeFileSync(join(folder, 'octo.yaml'), `operator: {repos: ${repos}, services: ${service}}\n`)
  let kill = (_signal: NodeJS.Signals): boolean => false
  const running = runOcto(['check'], {
    ...{ cwd: folder, env: { OCTO_HOME: join(folder, 'store') } },
    onStart: (child) => {
      kill = (signal) => child.kill(signal)
    },
  })
  const pid = await pidIn(file)
  kill('SIGINT')
  await pidIn(`${file}.asked`)
  kill('SIGINT')
  const { code, stdout } = await running
  assert.equal(code, 130)
  assert.match(stdout, /unknown +web +health +stubborn@1\.0\.0 .* interrupted/)
  assert.ok(await isGone(pid))
})

test('a plugin runs in the foreground, the second time without any request', async (t) => {
  const { startOcto, registry } = await aPlace(t, 'web: {}')
  const first = await startOcto('run', 'hello@^1', '--', 'a b', '--quiet')
  assert.deepEqual([first.code, first.stdout], [0, 'hello 1.0.0 a b --quiet\n'], first.stderr)
  const asked = registry.requests.length
  const second = await startOcto('run', 'hello@^1', '--', 'c')
  assert.deepEqual([second.code, second.stdout], [0, 'hello 1.0.0 c\n'])
  assert.equal(registry.requests.length, asked)
  assert.equal((await startOcto('run', 'bad')).code, 2)
})

test('a frozen run without a lockfile installs nothing', async (t) => {
  const { octo, folder, registry } = await aPlace(t, 'web: {health: [{tool: good}]}')
  for (const words of [
    ['run', 'hello', '--frozen'],
    ['check', '--frozen'],
  ]) {
    const { code, stderr } = await octo(...words)
    assert.equal(code, 78)
    assert.match(stderr, /LOCK_MISSING/)
  }
  assert.deepEqual(registry.requests, [])
  assert.equal(existsSync(join(folder, 'octo.lock')), false)
})

test('an unknown key of the config ends a check before anything is asked, and is a warning of a run', async (t) => {
  const { octo, startOcto, registry } = await aPlace(t, 'web: {helth: [], health: [{tool: good}]}')
  const { code, stderr } = await octo('check')
  assert.equal(code, 78)
  assert.match(stderr, /octo\.yaml` line 4: unknown key `helth` in a service, did you mean `health`\?/)
  assert.deepEqual(registry.requests, [])
  const run = await startOcto('run', 'hello')
  assert.match(run.stderr, /octo\.yaml:4: unknown key `helth` in a service is ignored, did you mean `health`\?/)
})

test('words that mean nothing are refused with a hint', async (t) => {
  const { octo } = await aPlace(t, 'web: {health: [{tool: good}]}')
  const rows: readonly [readonly string[], number, RegExp][] = [
    [['check', 'wep'], 64, /no service `wep`, it has `web`.*did you mean `web`/s],
    [['check', '--phase', 'later'], 64, /`later` is no phase/],
    [['run'], 64, /missing required argument `plugin`/],
    [['run', 'run-service'], 64, /a part of the operator/],
    [['run', 'hello', '--port=1'], 64, /unknown option `--port`/],
    [['run', 'no such'], 65, /NAME_INVALID/],
    [['check', '--config', 'nowhere.yaml'], 78, /CONFIG_NOT_FOUND/],
  ]
  for (const [words, exitCode, problem] of rows) {
    const { code, stderr } = await octo(...words)
    assert.equal(code, exitCode, `${words.join(' ')}: ${stderr}`)
    assert.match(stderr, problem)
  }
  for (const word of ['run', 'check']) assert.match((await octo(word, '--help')).stdout, /Examples:\n +\$ octo/)
})
