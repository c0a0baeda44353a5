// `octo start` and the other words for services, with an operator that is a plugin: from a config and a registry to its end.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { isGone, pidIn } from '../../support/machine/processes.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const forUnix = (body: string) =>
  Object.fromEntries(
    ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64'].map((platform) => [
      platform,
      Buffer.from(`#!/bin/sh\n${body}\n`),
    ]),
  )

/** Notes how it was called: words, folder, and the variables that are asked about. */
const NOTES = `for word in "$@"; do echo "$word"; done > "$OUT"
{ pwd -P; echo "$DOCKER_HOST"; echo "\${OCTO_TOKEN-none}"; echo "$OCTO_PROJECT_DIR"; } > "$OUT.env"
exit "\${OP_EXIT:-0}"`
const OPERATOR = { kind: 'operator' } as const

async function aPlace(t: TestContext, config: string, body = NOTES) {
  const key = issueKey()
  const registry = await startStaticRegistry(
    t,
    await Promise.all([
      aRelease(key, { plugin: 'myop', manifest: OPERATOR, platforms: forUnix(body) }),
      aRelease(key, { plugin: 'myop', version: '2.0.0', manifest: OPERATOR, platforms: forUnix(body) }),
      aRelease(key, { plugin: 'hello' }),
    ]),
  )
  const folder = tempFolder(t)
  const repo = `{url: "${registry.url()}", keys: ["${publicKeyLine(key.trustKey)}"]}`
  writeFileSync(
    join(folder, 'octo.yaml'),
    `octoctl: {repos: {core: ${repo}}, ${config}}\nservices: {web: {image: x}}\n`,
  )
  const out = join(folder, 'out')
  const env = { OCTO_HOME: join(folder, 'store'), XDG_STATE_HOME: join(folder, 'state'), OUT: out }
  const octo = (words: readonly string[], more: Record<string, string> = {}) =>
    octoIn({ cwd: folder, env: { ...env, ...more } }, words)
  const called = () => readFileSync(out, 'utf8').trimEnd().split('\n')
  return { registry, folder, octo, called, out, env, key }
}

test('the operator of the config is proven, locked and called as octoctl calls it', async (t) => {
  const { octo, called, folder, out } = await aPlace(t, 'operator: myop@^1')
  const first = await octo(['start', '--dry-run', 'web'], { DOCKER_HOST: 'unix:///d.sock', OCTO_TOKEN: 'secret' })
  assert.equal(first.code, 0, first.stderr)
  const [, config = '', ...words] = called()
  assert.deepEqual(called().slice(0, 1), ['--config'])
  assert.deepEqual(words, ['--log-level', 'info', 'start', '--dry-run', 'web'])
  const given = JSON.parse(readFileSync(config, 'utf8'))
  assert.deepEqual([given.services.web, given.octoctl.operator], [{ image: 'x' }, 'myop@^1'])
  assert.deepEqual([statSync(config).mode & 0o777, statSync(dirname(config)).mode & 0o777], [0o600, 0o700])
  assert.deepEqual(readFileSync(`${out}.env`, 'utf8').split('\n'), [folder, 'unix:///d.sock', 'none', folder, ''])
  assert.match(readFileSync(join(folder, 'octo.lock'), 'utf8'), /"core\/myop"/)
})

test('its exit code is passed on, also frozen and offline', async (t) => {
  const { octo, called, registry } = await aPlace(t, 'operator: myop')
  assert.equal((await octo(['install'])).code, 0)
  const asked = registry.requests.length
  const { code, stderr } = await octo(['stop', '--frozen', '--offline', '--log-level', 'debug'], { OP_EXIT: '7' })
  assert.equal(code, 7)
  assert.equal(stderr, '')
  assert.deepEqual(called().slice(2), ['--log-level', 'debug', 'stop'])
  assert.equal(registry.requests.length, asked)
})

test('what stands behind a service belongs to the command that is run there', async (t) => {
  const { octo, called } = await aPlace(t, 'operator: myop')
  for (const [typed, words] of [
    [
      ['exec', 'web', 'sh', '-c', 'ls -q'],
      ['exec', '--', 'web', 'sh', '-c', 'ls -q'],
    ],
    [
      ['exec', '--frozen', '--', 'web', 'ls', '--json'],
      ['exec', '--', 'web', 'ls', '--json'],
    ],
    [
      ['compose', 'ps', '-a', '--help'],
      ['compose', '--', 'ps', '-a', '--help'],
    ],
    [
      ['compose', '--', 'ps', '-a'],
      ['compose', '--', 'ps', '-a'],
    ],
    [
      ['logs', 'web', '-f'],
      ['logs', '--follow', 'web'],
    ],
  ] as const) {
    const lock = await octo(['lock'])
    assert.equal(lock.code, 0, lock.stderr)
    const { code, stderr } = await octo(typed)
    assert.equal(code, 0, stderr)
    assert.deepEqual(called().slice(4), words)
  }
})

test('`--operator` names another, and the config that it is given says so', async (t) => {
  const { octo, called } = await aPlace(t, 'operator: docker')
  assert.equal((await octo(['status', '--operator', 'core/myop@1'])).code, 0)
  assert.equal(JSON.parse(readFileSync(called()[1] ?? '', 'utf8')).octoctl.operator, 'core/myop@1')
})

test('an operator that is given the whole config gets what a person is asked for, whatever the word', async (t) => {
  const prompts = 'prompts: [{name: Word, type: password, var: WORD}]'
  const { octo, called, folder } = await aPlace(t, `operator: myop, ${prompts}`)
  writeFileSync(
    join(folder, 'octo.yaml'),
    readFileSync(join(folder, 'octo.yaml'), 'utf8').replace('image: x', 'image: x, environment: {A: "{{.env.WORD}}"}'),
  )
  const refused = await octo(['stop'])
  assert.deepEqual([refused.code, /ANSWER_MISSING/.test(refused.stderr)], [78, true])
  assert.equal((await octo(['stop'], { WORD: 'hush' })).code, 0)
  const given = JSON.parse(readFileSync(called()[1] ?? '', 'utf8'))
  assert.deepEqual(given.services.web.environment, { A: 'hush' })
})

test('a plugin of another kind is no operator, and is not started', async (t) => {
  const { octo, out } = await aPlace(t, 'operator: hello')
  const { code, stderr } = await octo(['start'])
  assert.equal(code, 78)
  assert.match(stderr, /plugin `hello` is a tool, expected one of kind `operator`/)
  assert.ok(!existsSync(out))
})

test('one flipped bit of an operator in the store is found before it is started', async (t) => {
  const { octo, folder, out } = await aPlace(t, 'operator: myop')
  assert.equal((await octo(['install'])).code, 0)
  const store = join(folder, 'store')
  const copies = filesBelow(store).filter((path) => readFileSync(join(store, path)).includes('OP_EXIT'))
  assert.ok(copies.length > 0)
  const bytes = readFileSync(join(store, copies[0] ?? ''))
  bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40)
  for (const path of copies) {
    chmodSync(join(store, path), 0o755)
    writeFileSync(join(store, path), bytes)
  }
  const { code, stderr } = await octo(['start', '--frozen', '--offline'])
  assert.equal(code, 74)
  assert.match(stderr, /STORE_CORRUPT/)
  assert.ok(!existsSync(out))
})

test('frozen, an operator that is not locked is refused, and checks are not', async (t) => {
  const { octo } = await aPlace(t, 'operator: myop, plugins: {hello: {}}')
  assert.equal((await octo(['run', 'hello'])).code, 0)
  assert.equal((await octo(['lock', '--frozen'])).code, 0)
  const { code, stderr } = await octo(['start', '--frozen'])
  assert.equal(code, 78)
  assert.match(stderr, /LOCK_OUT_OF_DATE.*`myop` is not in it/s)
})

test('an operator that no repo offers keeps nothing else from being locked', async (t) => {
  const { octo, folder } = await aPlace(t, 'operator: docker, plugins: {hello: {}}')
  const { code, stderr } = await octo(['lock'])
  assert.equal(code, 0, stderr)
  assert.match(stderr, /the operator is not locked, and `octo start` needs it: .*`operator-compose`/)
  assert.match(readFileSync(join(folder, 'octo.lock'), 'utf8'), /"core\/hello"/)
  const start = await octo(['start'])
  assert.equal(start.code, 66)
  assert.match(start.stderr, /PLUGIN_NOT_FOUND/)
})

test('an operator that a signal ended is an error, and never silent', async (t) => {
  const { folder, env } = await aPlace(t, 'operator: myop', 'kill -9 $$')
  const { code, stderr } = await runOcto(['start'], { cwd: folder, env })
  assert.equal(code, 255)
  assert.match(stderr, /OPERATOR_KILLED.*operator `myop` was ended by SIGKILL before it had done its work/s)
})

test('a signal is passed on to the operator, and its answer counts', async (t) => {
  const body = `trap 'exit 9' TERM; echo $$ > "$OUT.part"; mv "$OUT.part" "$OUT"; while :; do sleep 0.05; done`
  const { folder, env, out } = await aPlace(t, 'operator: myop', body)
  let kill = (_signal: NodeJS.Signals): boolean => false
  const running = runOcto(['start'], {
    ...{ cwd: folder, env },
    onStart: (child) => {
      kill = (signal) => child.kill(signal)
    },
  })
  const pid = await pidIn(out)
  kill('SIGTERM')
  assert.equal((await running).code, 9)
  assert.ok(await isGone(pid))
})

test('a signal that ends the operator ends octo with the reason', async (t) => {
  const body = `echo $$ > "$OUT.part"; mv "$OUT.part" "$OUT"; while :; do sleep 0.05; done`
  const { folder, env, out } = await aPlace(t, 'operator: myop', body)
  let kill = (_signal: NodeJS.Signals): boolean => false
  const running = runOcto(['start'], {
    ...{ cwd: folder, env },
    onStart: (child) => {
      kill = (signal) => child.kill(signal)
    },
  })
  await pidIn(out)
  kill('SIGTERM')
  const { code, stderr } = await running
  assert.equal(code, 130)
  assert.match(stderr, /INTERRUPTED.*operator `myop` was ended by SIGTERM, which octo had been sent/s)
})

const WRONG: readonly (readonly [string, RegExp])[] = [
  ['operator: [docker]', /`operator` is no name/],
  ['operator: {name: docker}', /`operator` is no name/],
  ['operator: Docker', /`operator`: /],
  ['operator: "{{.env.OPERATOR}}"', /`operator`: /],
  ['operator: a@', /`operator`: /],
  ['operator: a, plugin: b', /says the same as `operator`: `plugin`/],
]
for (const [config, problem] of WRONG)
  test(`refused: \`${config}\``, async (t) => {
    const { octo } = await aPlace(t, config)
    const { code, stderr } = await octo(['start'])
    assert.equal(code, 78)
    assert.match(stderr, problem)
  })
