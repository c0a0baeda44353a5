// One thing that is wrong stops itself only: the other checks run, and what failed is a row with its code, everywhere.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { aRelease, aScript, issueKey } from '../../support/builders/test-authority.ts'
import { aConsumer } from '../../support/client/consumer.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const CHECK = { platforms: { any: aScript('OK - fine') }, manifest: { output: 'check/v1' } } as const

const codeOf = (error: unknown) => (error as { code?: string } | undefined)?.code

const ROWS: readonly [tool: string, status: string, code: string | undefined][] = [
  ['good', 'ok', undefined],
  ['no-such', 'unknown', 'PLUGIN_NOT_FOUND'],
  ['elsewhere', 'unknown', 'NO_MATCHING_PLATFORM'],
  ['forged', 'unknown', 'SIGNER_NOT_ALLOWED'],
  ['withdrawn', 'unknown', 'VERSION_QUARANTINED'],
  ['changed', 'unknown', 'DIGEST_MISMATCH'],
  ['ranged@^7', 'unknown', 'VERSION_NOT_FOUND'],
]

async function aPlace(t: TestContext, services: Record<string, unknown>) {
  const key = issueKey()
  const named = (plugin: string, more = {}) => aRelease(key, { ...CHECK, plugin, ...more })
  const registry = await startStaticRegistry(t, [
    await named('good'),
    await named('ranged'),
    await named('elsewhere', { platforms: { windows_arm64: aScript() } }),
    await aRelease(issueKey(), { ...CHECK, plugin: 'forged' }),
  ])
  registry.publish(await named('withdrawn'), { state: 'quarantined' })
  const changed = await named('changed', { platforms: { any: aScript('OK - as signed') } })
  registry.publish(changed)
  for (const [path, bytes] of registry.files)
    if (path.includes('/changed/') && bytes.includes('OK - as signed'))
      registry.files.set(path, Buffer.from(bytes).fill(32, bytes.length - 3))
  const consumer = aConsumer(t, { url: registry.url(), key, services })
  return { ...consumer, octo: consumer.octoHere, registry }
}

test('checks whose plugin is there run; the others are unknown with their code in table, JSON and JUnit', async (t) => {
  const services = Object.fromEntries(ROWS.map(([tool], index) => [`s${index}`, { health: [{ tool }] }]))
  const { octo, folder } = await aPlace(t, { ...services, idle: {} })
  const junit = join('made', 'for', 'it', 'r.xml')
  const { code, stdout, stderr } = await octo('check', '--json', '--junit', junit)
  assert.equal(code, 1, stderr)
  const { checks, summary, passed } = JSON.parse(stdout)
  assert.deepEqual(
    checks.map((check: { status: string; error?: { code: string } }) => [check.status, check.error?.code]),
    [...ROWS.map(([, status, error]) => [status, error]), ['skipped', undefined]],
  )
  assert.deepEqual([passed, summary.passed, summary.unknown, summary.skipped], [false, 1, ROWS.length - 1, 1])
  const xml = readFileSync(join(folder, junit), 'utf8')
  for (const [, , error] of ROWS) if (error) assert.ok(xml.includes(`type="${error}"`), error)
  assert.match(
    xml,
    /<testsuite name="idle".*\n.*<properties>.*\n.*<testcase [^>]*name="checks".*\n.*<skipped message="has no checks in/,
  )
  const table = await octo('check')
  assert.equal(table.code, 1)
  assert.match(table.stdout, /ok +s0 +health +good@1\.0\.0 .* OK - fine/)
  assert.match(table.stdout, /unknown +s1 +health +no-such .*no-such/)
  assert.match(table.stdout, /skipped +idle +has no checks in `preflight`, `health`/)
  assert.match(table.stdout, /s3 health forged +.*octo\.yaml:\d+ +SIGNER_NOT_ALLOWED/)
})

test('a check whose arguments cannot be rendered is unknown with the reason, the others run, and the gate is shut', async (t) => {
  const { octo, folder } = await aPlace(t, {
    a: { health: [{ tool: 'good', args: ['{{.env.NOT_SET_HERE}}'] }, { tool: 'good' }] },
    b: { health: [{ tool: 'good', args: { port: '{{.configs.nope}}' } }] },
    c: { preflight: [{ tool: 'good' }] },
  })
  const { code, stdout } = await octo('check', '--json')
  assert.equal(code, 1)
  const { checks, passed } = JSON.parse(stdout)
  assert.equal(passed, false)
  assert.deepEqual(
    checks.map(({ service, status, error, attempts }: Record<string, unknown>) => [
      service,
      status,
      codeOf(error),
      attempts,
    ]),
    [
      ['a', 'unknown', 'CONFIG_INVALID', 0],
      ['a', 'ok', undefined, 1],
      ['b', 'unknown', 'CONFIG_INVALID', 0],
      ['c', 'ok', undefined, 1],
    ],
  )
  assert.match(checks[0].error.hint, /^give it a value, or write /)
  assert.match(checks[0].summary, /octo\.yaml` line \d+: .*environment variable `NOT_SET_HERE` is not set/)
  assert.match(checks[2].summary, /names `configs`/)
  assert.equal((await octo('check', 'c')).code, 0)
  const validated = await octo('config', 'validate')
  assert.equal(validated.code, 78, 'whoever looks at the config is told')
  assert.match(validated.stdout + validated.stderr, /NOT_SET_HERE[\s\S]*`configs`/)
  const broken = readFileSync(join(folder, 'octo.yaml'), 'utf8').replace(/^( *)services:/m, '$1plugins: 5\n$&')
  writeFileSync(join(folder, 'octo.yaml'), broken)
  assert.equal((await octo('check')).code, 78, 'a config that is broken as a whole')
})

test('results are shown before a report that cannot be written is an error', async (t) => {
  const { octo, folder } = await aPlace(t, { web: { health: [{ tool: 'good' }] } })
  writeFileSync(join(folder, 'file'), '')
  mkdirSync(join(folder, 'taken'))
  for (const junit of [join('file', 'r.xml'), 'taken']) {
    const { code, stdout, stderr } = await octo('check', '--json', '--junit', junit)
    assert.equal(code, 74)
    assert.equal(JSON.parse(stdout).passed, true)
    assert.match(stderr, /IO_FAILED/)
  }
})

test('a service that is named and has no checks is no pass', async (t) => {
  const { octo } = await aPlace(t, { web: { health: [{ tool: 'good' }] }, idle: {} })
  const { code, stdout } = await octo('check', 'web', 'idle')
  assert.equal(code, 1)
  assert.match(stdout, /unknown +idle +has no checks in/)
})

test('warnings of the config and of plugins are in JSON and JUnit', async (t) => {
  const { octo, folder, registry } = await aPlace(t, { web: { health: [{ tool: 'good' }] } })
  const config = join(folder, 'octo.yaml')
  const unsigned = readFileSync(config, 'utf8').replace(/keys:[\s\S]*?services:/, 'trust: unsigned\n  services:')
  writeFileSync(config, unsigned)
  const { stdout, stderr } = await octo('check', '--json', '--junit', 'r.xml')
  const { warnings } = JSON.parse(stdout)
  assert.ok(warnings.length > 0, stderr)
  assert.ok(warnings.every(({ file, message }: Record<string, string>) => file === config && message))
  assert.match(
    readFileSync(join(folder, 'r.xml'), 'utf8'),
    /<testsuite name="warnings".*\n +<system-err>.*without signatures/,
  )
  assert.ok(registry.requests.length > 0)
})

test('--quiet says nothing when all is well and shows what failed; --verbose tells decisions', async (t) => {
  const { octo } = await aPlace(t, { web: { health: [{ tool: 'good' }] }, other: { init: [{ tool: 'no-such' }] } })
  const quiet = await octo('check', '--quiet')
  assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '', ''])
  const failed = await octo('check', '--quiet', '--phase', 'health,init')
  assert.equal(failed.code, 1)
  assert.doesNotMatch(failed.stdout, /good@1\.0\.0/)
  assert.match(failed.stdout, /unknown +other +init +no-such/)
  const { stderr } = await octo('check', '--verbose')
  assert.match(
    stderr,
    /web health good: runs core\/good@1\.0\.0 for any, signed by sha256:.*result as check\/v1, at most 10 s \(the phase health\)/,
  )
  assert.match(stderr, /web health good: ok after .*, exit code 0: OK - fine/)
})

test('without anything to do, `lock` writes nothing and `check` says so in one line', async (t) => {
  const { octo, folder } = await aPlace(t, {})
  const lock = await octo('lock')
  assert.deepEqual([lock.code, lock.stdout], [0, 'the config asks for no plugin, so there is nothing to lock\n'])
  assert.equal(existsSync(join(folder, 'octo.lock')), false)
  const check = await octo('check')
  assert.equal(check.code, 78)
  assert.doesNotMatch(check.stderr, /^ +services *$/m)
})
