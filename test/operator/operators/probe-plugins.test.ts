// What an operator of containers is told of the plugins of checks: from a config and a registry to the program that an init container
// would have, by the words and texts that it is given.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { anElfFile } from '../../support/builders/native-files.ts'
import type { ReleaseRecipe } from '../../support/builders/test-authority.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const PROGRAM = anElfFile()
/** The header alone says for which machine it is, and nobody starts it here. */
const everywhere = (bytes: Buffer) => ({
  linux_amd64: bytes,
  linux_arm64: anElfFile({ machine: 183 }),
})
const KEEPS_CONFIG = Buffer.from('#!/bin/sh\ncp "$2" "$OUT"\n')
const SCHEMA = {
  type: 'object',
  properties: { path: { type: 'string' }, token: { type: 'string', writeOnly: true } },
  additionalProperties: false,
}

const PLUGINS: readonly ReleaseRecipe[] = [
  {
    plugin: 'myop',
    manifest: { kind: 'operator' },
    platforms: { linux_amd64: KEEPS_CONFIG, linux_arm64: KEEPS_CONFIG },
  },
  { plugin: 'check-disk', manifest: { arguments: SCHEMA, output: 'nagios' }, platforms: everywhere(PROGRAM) },
  { plugin: 'check-queue', manifest: { timeoutMs: 2000 }, platforms: everywhere(PROGRAM) },
  { plugin: 'check-script' },
  { plugin: 'tells', manifest: { output: 'notify/v1', input: 'json' }, platforms: everywhere(PROGRAM) },
  { plugin: 'check-mac', platforms: { darwin_arm64: PROGRAM } },
]

const isLinux = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
const skip = isLinux ? false : 'the programs are for Linux on amd64 and arm64'

/** `0.0.0.0` is this machine too, and is not called so. */
async function aProject(t: TestContext, health: readonly object[], probes: object | null = { image: 'acme/octo:1' }) {
  const key = issueKey()
  const registry = await startStaticRegistry(t, await Promise.all(PLUGINS.map((recipe) => aRelease(key, recipe))))
  const folder = tempFolder(t)
  const env = { OCTO_HOME: join(folder, 'store'), XDG_STATE_HOME: join(folder, 'state'), OUT: join(folder, 'out') }
  const url = registry.url().replace('127.0.0.1', '0.0.0.0')
  const write = (more: object = {}) =>
    writeFileSync(
      join(folder, 'octo.yaml'),
      stringify({
        operator: { repos: { core: { url, keys: [publicKeyLine(key.trustKey)] } }, ...(probes ? { probes } : {}) },
        octoctl: { operator: 'myop' },
        services: { web: { image: 'x', octocompose: { health } }, off: { enabled: false, octocompose: { health } } },
        ...more,
      }),
    )
  write()
  const octo = (words: readonly string[]) => octoIn({ cwd: folder, env }, words)
  const given = async (word = 'start') => {
    const { code, stderr } = await octo([word])
    assert.equal(code, 0, stderr)
    return JSON.parse(readFileSync(env.OUT, 'utf8'))
  }
  const told = async (word = 'start') => (await given(word)).octo?.probes
  const repo = { url, keys: [publicKeyLine(key.trustKey)] }
  return { folder, registry, octo, given, told, write, repo }
}

test('each check that a program alone can ask has its words, and the others say why not', { skip }, async (t) => {
  const { told } = await aProject(t, [
    { tool: 'check-disk', args: { path: '/data' } },
    { tool: 'check-disk', args: { path: '/data', token: 'hush' } },
    { tool: 'check-queue', args: ['--deep', '$HOME'] },
    { tool: 'check-script' },
    { tool: 'tells' },
    { tool: 'check-mac' },
    { tool: 'run-service', args: ['ping'] },
    { tool: 'check-disk', enabled: false },
    { tool: 'check-disk', operators: ['baremetal'] },
  ])
  const { image, checks } = await told()
  assert.deepEqual([image, Object.keys(checks)], ['acme/octo:1', ['web']])
  const rows = checks.web.map(({ config: _, lock: __, ...row }: Record<string, unknown>) => row)
  assert.deepEqual(rows, [
    { index: 0, tool: 'check-disk', program: 'check-disk', words: ['--path=/data'], warns: true },
    { index: 1, tool: 'check-disk', problem: 'is given arguments on standard input, which a probe has not' },
    {
      index: 2,
      tool: 'check-queue',
      program: 'check-queue',
      words: ['--deep', '$HOME'],
      warns: false,
      timeoutMs: 2000,
    },
    { index: 3, tool: 'check-script', problem: 'is a script, which needs its interpreter' },
    { index: 4, tool: 'tells', problem: 'is no check' },
    { index: 5, tool: 'check-mac', problem: 'has no program for this machine, on which it is proven first' },
  ])
  assert.ok(!JSON.stringify(checks).includes('hush'))
  assert.equal((await told('show')).image, image)
  assert.equal(await told('status'), undefined)
})

test('a check that a pin sends to another repo is named with it, so that no operator asks as `core` would', {
  skip,
}, async (t) => {
  const { given, write, repo } = await aProject(t, [{ tool: 'check-queue@^1' }, { tool: 'check-disk' }])
  write({
    operator: {
      repos: { core: repo, acme: repo },
      plugins: { 'check-queue': { repo: 'acme' }, 'check-disk': { repo: 'core' }, myop: { repo: 'core' } },
      probes: { image: 'acme/octo:1' },
    },
  })
  const { services, octo } = await given()
  const names = services.web.octocompose.health.map(({ tool }: { tool: string }) => tool)
  assert.deepEqual(names, ['acme/check-queue@^1', 'check-disk'])
  const [queue] = octo.probes.checks.web
  assert.deepEqual([queue.program, Object.keys(JSON.parse(queue.lock).plugins)], ['check-queue', ['acme/check-queue']])
})

test('the secret by which a private repo is read is passed on by its name', { skip }, async (t) => {
  const { told } = await aProject(t, [{ tool: 'check-disk' }], { image: 'acme/octo:1', login: 'octo-login' })
  assert.equal((await told()).login, 'octo-login')
})

test('nothing is said, and no plugin brought, where the config names no image', { skip }, async (t) => {
  const { told, registry, write } = await aProject(t, [{ tool: 'check-disk' }], null)
  assert.equal(await told(), undefined)
  write({ octo: { probes: { image: 'evil', checks: {} } } })
  assert.equal(await told(), undefined, 'and no document says it in place of octo')
  assert.ok(!registry.requests.some((path) => path.includes('check-disk')))
})

/** As the init container does, with the texts of its ConfigMap and a store of its own. */
async function installBy({ config, lock }: { config: string; lock: string }, t: TestContext) {
  const pod = tempFolder(t)
  mkdirSync(join(pod, 'config'))
  writeFileSync(join(pod, 'config/octo.yaml'), config)
  writeFileSync(join(pod, 'config/octo.lock'), lock)
  const words = ['install', '--frozen', '--config', join(pod, 'config/octo.yaml'), '--to', join(pod, 'checks')]
  const run = await octoIn({ cwd: pod, env: { OCTO_HOME: join(pod, 'octo') } }, words)
  return { ...run, program: join(pod, 'checks/bin/check-disk') }
}

test('by these texts the program is installed elsewhere, proven, and by no others', { skip }, async (t) => {
  const { told, registry } = await aProject(t, [{ tool: 'check-disk', args: { path: '/' } }])
  const [check] = (await told()).checks.web
  const done = await installBy(check, t)
  assert.equal(done.code, 0, done.stderr)
  assert.equal(statSync(done.program).mode & 0o111, 0o111)
  const others: readonly (readonly [string, { config: string; lock: string }])[] = [
    [
      'another key',
      { ...check, config: check.config.replace(/"key": "[^"]+"/, `"key": "${publicKeyLine(issueKey().trustKey)}"`) },
    ],
    ['another digest', { ...check, lock: check.lock.replaceAll(/sha256:[0-9a-f]{64}/g, `sha256:${'0'.repeat(64)}`) }],
    ['another version', { ...check, config: check.config.replace('"version": "1.0.0"', '"version": "1.0.1"') }],
    ['an empty lockfile', { ...check, lock: '{"format": "octo.lock/v1", "plugins": {}}' }],
  ]
  for (const [what, texts] of others) {
    const refused = await installBy(texts, t)
    assert.notEqual(refused.code, 0, what)
    assert.throws(() => statSync(refused.program), { code: 'ENOENT' }, what)
  }
  for (const path of [...registry.files.keys()].filter((name) => name.includes('check-disk_1.0.0')))
    registry.files.set(path, Buffer.from(`${registry.files.get(path)}!`))
  const changed = await installBy(check, t)
  assert.notEqual(changed.code, 0)
  assert.throws(() => statSync(changed.program), { code: 'ENOENT' })
})

test('a registry that is away ends the start, so that no service loses its check unnoticed', { skip }, async (t) => {
  const { octo, registry, folder } = await aProject(t, [{ tool: 'check-disk' }])
  assert.equal((await octo(['start'])).code, 0)
  rmSync(join(folder, 'out'))
  rmSync(join(folder, 'octo.lock'))
  registry.misbehave = (path, _, response) => {
    if (!path.includes('check-disk')) return false
    response.writeHead(503).end()
    return true
  }
  assert.notEqual((await octo(['start'])).code, 0)
  assert.throws(() => statSync(join(folder, 'out')), { code: 'ENOENT' })
})
