// Produces an error with the real octo, takes the command out of its hint, types it, and expects that it helps.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { commandsIn } from '../support/advice.ts'
import { aMachine, key } from '../support/client-machine.ts'
import { wordsOf } from '../support/command-table.ts'
import type { InProcessRun } from '../support/in-process-octo.ts'
import { octoIn } from '../support/in-process-octo.ts'

type Scene = {
  readonly folder: string
  readonly env: Record<string, string>
  octo(...words: readonly string[]): Promise<InProcessRun>
}

type Situation = {
  readonly says: string
  readonly prepare?: (scene: Scene) => Promise<unknown> | unknown
  readonly type: readonly string[]
  readonly code: string
  /** What the hint has to say. */
  readonly hint: RegExp
  /** What a person puts in place of the words in capitals. */
  readonly fill?: Readonly<Record<string, string>>
  /** Exit code of the command that the hint names, first of them; left out when it names none. */
  readonly then?: number
  /** Typing the first line again works after the hint was followed. */
  readonly again?: number
}

const ARGUMENTS = { properties: { port: { type: 'integer' } }, required: ['port'], additionalProperties: false }

async function aScene(t: TestContext): Promise<Scene> {
  const { registry, folder, base } = await aMachine(t, [
    { manifest: { arguments: ARGUMENTS, output: 'check/v1' } },
    { plugin: 'check-tcp', version: '2.0.0' },
    { plugin: 'early', version: '1.0.0-rc.1' },
  ])
  const repo = `{url: ${registry.url()}, keys: ["${publicKeyLine(key.trustKey)}"]}`
  const checks = '{web: {preflight: [{tool: check-tcp}]}, off: {preflight: [{tool: check-tcp}]}}'
  writeFileSync(join(folder, 'octo.yaml'), `operator:\n  repos: {core: ${repo}}\n  services: ${checks}\n`)
  writeFileSync(
    join(folder, 'wrong-arguments.yaml'),
    `operator: {repos: {core: ${repo}}, services: {web: {preflight: [{tool: hello, args: {prot: 1}}]}}}\n`,
  )
  writeFileSync(
    join(folder, 'unknown.yaml'),
    `operator: {repos: {core: ${repo}}, services: {web: {preflight: [{tool: chek-tcp}]}}}\n`,
  )
  const env: Record<string, string> = { OCTO_HOME: base.storeRoot, XDG_DATA_HOME: join(folder, 'data') }
  return { folder, env, octo: (...words) => octoIn({ cwd: folder, env }, words) }
}

const project = async ({ octo }: Scene) => octo('init', 'my-check', '--template', 'shell', '--repo', 'acme')
const built = async (scene: Scene) => {
  await project(scene)
  await scene.octo('keygen', '--out', 'acme')
  await scene.octo('build', 'my-check')
}
const data = async (scene: Scene) => {
  await scene.octo('keygen', '--out', 'acme')
  await scene.octo('registry', 'repo', 'create', 'acme', '--key', 'acme.pub', '--data', 'data dir')
}

const help = (words: string, hint: RegExp, type: readonly string[]): Situation => ({
  says: words,
  type,
  code: 'USAGE',
  hint,
  then: 0,
})

const situations: readonly Situation[] = [
  help('an unknown word', /octo --help/, ['nonsense']),
  help('a mistyped word', /octo install/, ['instal']),
  help('a word that is missing an argument', /octo info --help/, ['info']),
  help('too many arguments', /octo why --help/, ['why', 'a', 'b']),
  help('a mistyped option', /`--frozen`.*octo lock --help/, ['lock', '--frozzen']),
  help('a registry command without its data', /octo registry repo list --help/, ['registry', 'repo', 'list']),
  help('a deep command without its data', /octo registry repo key add --help/, [
    'registry',
    'repo',
    'key',
    'add',
    'a',
    'b',
  ]),
  help('an unknown registry word', /octo registry --help/, ['registry', 'nonsense']),
  help('a mistyped deep word', /`create`.*octo registry repo --help/, ['registry', 'repo', 'creat']),
  help('an option without its value', /octo check --help/, ['check', '--junit']),
  help('an empty repo', /octo publish --help/, ['publish', '--repo', '']),
  help('an empty data directory', /octo registry fsck --help/, ['registry', 'fsck', '--data', '']),
  help('an empty config', /octo lock --help/, ['lock', '--config', '']),
  help('an empty reason', /octo yank --help/, ['yank', 'a/b@1.0.0', '--reason', '']),
  help('an empty platform', /octo install --help/, ['install', '--platform=']),
  help('a token without its name', /octo registry token create --help/, ['registry', 'token', 'create', '--data', 'd']),
  help('a build of a repo without its folder', /octo repo build --help/, ['repo', 'build']),
  help('an unknown cache word', /octo cache --help/, ['cache', 'purge']),
  {
    says: 'an option of a plugin given to octo',
    type: ['run', 'check-tcp', '--port=80', 'x y'],
    ...{ code: 'USAGE', hint: /octo run check-tcp -- --port=80 'x y'/, then: 0 },
  },
  {
    says: 'a short option of a plugin given to octo',
    type: ['run', 'check-tcp', '-H', 'host'],
    ...{ code: 'USAGE', hint: /octo run check-tcp -- -H host/, then: 0 },
  },
  {
    says: 'a plugin nobody offers',
    type: ['info', 'unheard-of'],
    code: 'PLUGIN_NOT_FOUND',
    hint: /octo search/,
    then: 0,
  },
  {
    says: 'a mistyped plugin in info',
    type: ['info', 'chek-tcp'],
    code: 'PLUGIN_NOT_FOUND',
    hint: /octo info core\/check-tcp/,
    then: 0,
  },
  {
    says: 'a mistyped plugin in why',
    type: ['why', 'check-tpc'],
    code: 'PLUGIN_NOT_FOUND',
    hint: /octo info core\/check-tcp/,
    then: 0,
  },
  {
    says: 'why of what nobody knows',
    type: ['why', 'nothing'],
    code: 'PLUGIN_NOT_FOUND',
    hint: /octo search/,
    then: 0,
  },
  {
    says: 'a mistyped plugin in run',
    type: ['run', 'chek-tcp'],
    code: 'PLUGIN_NOT_FOUND',
    hint: /octo info core\/check-tcp/,
    then: 0,
  },
  {
    says: 'a mistyped plugin in a config',
    type: ['lock', '--config', 'unknown.yaml'],
    ...{ code: 'PLUGIN_NOT_FOUND', hint: /octo info core\/check-tcp/, then: 0 },
  },
  {
    says: 'arguments that do not fit',
    type: ['check', '--config', 'wrong-arguments.yaml'],
    ...{ code: 'ARGUMENTS_INVALID', hint: /octo info (core\/)?hello/, then: 0 },
  },
  {
    says: 'a mistyped service',
    prepare: ({ octo }) => octo('install'),
    type: ['check', 'wep'],
    ...{ code: 'USAGE', hint: /`web`/ },
  },
  {
    says: 'frozen without a lockfile',
    type: ['check', '--frozen'],
    code: 'LOCK_MISSING',
    hint: /octo lock/,
    then: 0,
    again: 0,
  },
  {
    says: 'offline before anything was installed',
    prepare: ({ octo }) => octo('lock'),
    type: ['install', '--frozen', '--offline'],
    ...{ code: 'OFFLINE', hint: /octo install/, then: 0, again: 0 },
  },
  {
    says: 'a plugin folder that is none',
    type: ['build', 'nowhere'],
    ...{ code: 'FILE_NOT_FOUND', hint: /octo init/, fill: { NAME: 'other' }, then: 0 },
  },
  {
    says: 'signing before building',
    prepare: async (scene) => {
      await project(scene)
      await scene.octo('keygen', '--out', 'acme')
    },
    type: ['sign', 'my-check', '--key', 'acme.key'],
    ...{ code: 'FILE_NOT_FOUND', hint: /octo build/ },
  },
  {
    says: 'no signing key',
    prepare: built,
    type: ['sign', 'my-check'],
    code: 'KEY_UNREADABLE',
    hint: /octo keygen/,
    then: 0,
  },
  {
    says: 'a missing signing key',
    prepare: built,
    type: ['sign', 'my-check', '--key', 'new one.key'],
    ...{ code: 'KEY_UNREADABLE', hint: /octo keygen --out 'new one'/, then: 0, again: 0 },
  },
  {
    says: 'a public key to sign with',
    prepare: built,
    type: ['sign', 'my-check', '--key', 'acme.pub'],
    ...{ code: 'KEY_UNREADABLE', hint: /^(?!.*chmod).*private key/ },
  },
  {
    says: 'a key that others can read',
    prepare: async (scene) => {
      await built(scene)
      chmodSync(join(scene.folder, 'acme.key'), 0o644)
    },
    type: ['sign', 'my-check', '--key', 'acme.key'],
    ...{ code: 'KEY_UNREADABLE', hint: /`chmod 600 acme\.key`/ },
  },
  {
    says: 'a wrong passphrase',
    prepare: async (scene) => {
      await built(scene)
      scene.env.OCTO_KEY_PASSPHRASE = 'right'
      await scene.octo('keygen', '--out', 'locked', '--passphrase')
      scene.env.OCTO_KEY_PASSPHRASE = 'wrong'
    },
    type: ['sign', 'my-check', '--key', 'locked.key'],
    ...{ code: 'KEY_UNREADABLE', hint: /^(?!.*keygen).*OCTO_KEY_PASSPHRASE/ },
  },
  {
    says: 'a data directory without a registry',
    prepare: ({ octo }) => octo('keygen', '--out', 'acme'),
    type: ['registry', 'token', 'list', '--data', 'data dir'],
    ...{ code: 'FILE_NOT_FOUND', hint: /octo registry repo create NAME --key FILE --data 'data dir'/ },
    ...{ fill: { NAME: 'acme', FILE: 'acme.pub' }, then: 0, again: 0 },
  },
  {
    says: 'a repo that does not exist',
    prepare: data,
    type: ['registry', 'repo', 'key', 'add', 'other', 'acme.pub', '--data', 'data dir'],
    ...{
      code: 'REPO_NOT_FOUND',
      hint: /octo registry repo create other/,
      fill: { FILE: 'acme.pub', DIR: 'data dir' },
      then: 0,
    },
  },
  {
    says: 'a repo that exists already',
    prepare: data,
    type: ['registry', 'repo', 'create', 'acme', '--key', 'acme.pub', '--data', 'data dir'],
    ...{ code: 'ALREADY_EXISTS', hint: /octo registry repo key add acme/, fill: { FILE: 'acme.pub', DIR: 'data dir' } },
  },
  {
    says: 'a token that is not there',
    prepare: data,
    type: ['registry', 'token', 'revoke', 'tok-000000000000', '--data', 'data dir'],
    ...{ code: 'FILE_NOT_FOUND', hint: /octo registry token list/, fill: { DIR: 'data dir' }, then: 0 },
  },
  {
    says: 'a key to revoke that is not there',
    prepare: data,
    type: ['registry', 'repo', 'key', 'revoke', 'acme', `sha256:${'0'.repeat(64)}`, '--data', 'data dir'],
    ...{ code: 'FILE_NOT_FOUND', hint: /octo registry repo key list acme/, fill: { DIR: 'data dir' }, then: 0 },
  },
  { says: 'publishing without a registry', prepare: built, type: ['whoami'], code: 'USAGE', hint: /--registry/ },
  {
    says: 'a registry without a token',
    type: ['whoami', '--registry', 'https://plugins.example.com'],
    ...{ code: 'UNAUTHENTICATED', hint: /octo login --registry https:\/\/plugins\.example\.com --token-file FILE/ },
  },
  {
    says: 'the address of a repo as registry',
    type: ['whoami', '--registry', 'https://plugins.example.com/base/repos/core.yaml'],
    ...{ code: 'USAGE', hint: /--registry https:\/\/plugins\.example\.com\/base`/ },
  },
  {
    says: 'a config that does not exist',
    type: ['lock', '--config', 'nowhere.yaml'],
    ...{ code: 'CONFIG_NOT_FOUND', hint: /.?/ },
  },
  {
    says: 'an update of a plugin with a slip',
    type: ['update', 'check-tpc'],
    ...{ code: 'PLUGIN_NOT_FOUND', hint: /octo update check-tcp/, then: 0 },
  },
  {
    says: 'a yank without a reason',
    type: ['yank', 'core/a@1.0.0', '--registry', 'https://plugins.example.com'],
    ...{ code: 'USAGE', hint: /--reason/ },
  },
  {
    says: 'a store that others can write to',
    prepare: ({ folder }) => {
      mkdirSync(join(folder, 'store'), { recursive: true })
      rmSync(join(folder, 'store'), { recursive: true })
      mkdirSync(join(folder, 'store'))
      chmodSync(join(folder, 'store'), 0o777)
    },
    type: ['install'],
    ...{ code: 'STORE_UNSAFE', hint: /`chmod 0700 / },
  },
]

for (const situation of situations)
  test(`the hint after ${situation.says} helps`, async (t) => {
    const scene = await aScene(t)
    await situation.prepare?.(scene)
    const first = await scene.octo(...situation.type)
    const shown = first.stderr + first.stdout
    assert.notEqual(first.code, 0, shown)
    assert.ok(shown.includes(situation.code), shown)
    const hint = /hint: (.*)/.exec(shown)?.[1] ?? ''
    assert.match(hint, situation.hint, shown)
    if (situation.then === undefined) return
    const [line = ''] = commandsIn(hint)
    const fill = situation.fill ?? {}
    const words = wordsOf(line)
      .slice(1)
      .map((word) => fill[word] ?? word)
    const followed = await scene.octo(...words)
    assert.equal(followed.code, situation.then, `${line}\n${followed.stderr}`)
    if (situation.again === undefined) return
    const again = await scene.octo(...situation.type)
    assert.equal(again.code, situation.again, again.stderr)
  })

test('locking nothing says so and writes no lockfile', async (t) => {
  const { folder, octo } = await aScene(t)
  writeFileSync(join(folder, 'empty.yaml'), 'operator: {repos: {}}\n')
  const { code, stdout } = await octo('lock', '--config', 'empty.yaml')
  assert.deepEqual([code, stdout], [0, 'the config asks for no plugin, so there is nothing to lock\n'])
  assert.equal(existsSync(join(folder, 'octo.lock')), false)
})

test('info shows arguments, output and sizes to people and machines', async (t) => {
  const { octo } = await aScene(t)
  const { stdout } = await octo('info', 'hello')
  assert.match(stdout, /output +check\/v1/)
  assert.match(stdout, /needs +nothing declared/)
  assert.match(stdout, /^argument +type +default +description$/m)
  assert.match(stdout, /^port +integer +required$/m)
  assert.match(stdout, /linux_amd64 \(\d+ B\)/)
  const [found] = JSON.parse((await octo('info', 'hello', '--json')).stdout)
  assert.deepEqual(
    [found.release.version, found.release.arguments, found.release.output],
    ['1.0.0', ARGUMENTS, 'check/v1'],
  )
})

test('why calls a release candidate what it is', async (t) => {
  const { folder, octo } = await aScene(t)
  writeFileSync(
    join(folder, 'octo.yaml'),
    readFileSync(join(folder, 'octo.yaml'), 'utf8').replace(/services: .*/, 'plugins: {early: {prerelease: true}}'),
  )
  const before = await octo('why', 'early')
  assert.match(before.stdout, /would give 1\.0\.0-rc\.1 now: it is a pre-release, and the newest version/)
  assert.equal((await octo('lock')).code, 0)
  const { stdout } = await octo('why', 'early')
  assert.match(stdout, /locked: +1\.0\.0-rc\.1 .*answering any version, pre-releases included/)
  assert.doesNotMatch(stdout, /stable/)
})

test('check --quiet prints what failed, and nothing when nothing did', async (t) => {
  const { folder, octo } = await aScene(t)
  const well = await octo('check', '--quiet')
  assert.deepEqual([well.code, well.stdout], [0, ''], well.stderr)
  const text = readFileSync(join(folder, 'octo.yaml'), 'utf8')
  writeFileSync(join(folder, 'octo.yaml'), text.replace('{tool: check-tcp}', '{tool: hello, args: {port: x}}'))
  const bad = await octo('check', '--quiet')
  assert.equal(bad.code, 1)
  assert.match(bad.stdout, /^unknown +web/m)
  assert.doesNotMatch(bad.stdout, /^ok/m)
})
