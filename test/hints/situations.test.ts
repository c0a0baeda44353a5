// Produces an error with the real octo, takes the command out of its hint, types it, and expects that it helps.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandsIn } from '../support/octo/advice.ts'
import { wordsOf } from '../support/octo/command-table.ts'
import type { Scene } from '../support/octo/typed-scene.ts'
import { aTypedScene } from '../support/octo/typed-scene.ts'

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
  readonly follows?: number
  /** Typing the first line again works after the hint was followed. */
  readonly again?: number
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
  follows: 0,
})

const situations: readonly Situation[] = [
  help('an unknown word', /octo --help/, ['nonsense']),
  help('a mistyped word', /octo install/, ['instal']),
  help('a word that is missing an argument', /octo info --help/, ['info']),
  help('too many arguments', /octo why --help/, ['why', 'a', 'b']),
  help('an address that is no option', /`octo logout --registry https:\/\/plugins\.example\.com`/, [
    ...['logout', 'https://plugins.example.com'],
  ]),
  help('an option before its word', /`octo list --quiet`/, ['--quiet', 'list']),
  help('a shell that octo does not know', /octo completion --help/, ['completion', 'bsh']),
  help('a mistyped template', /did you mean `python`/, ['init', 'x', '--template', 'pyhton']),
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
    ...{ code: 'USAGE', hint: /octo run check-tcp -- --port …/, follows: 0 },
  },
  {
    says: 'a short option of a plugin given to octo',
    type: ['run', 'check-tcp', '-H', 'host'],
    ...{ code: 'USAGE', hint: /octo run check-tcp -- -H …/, follows: 0 },
  },
  {
    says: 'a plugin nobody offers',
    type: ['info', 'unheard-of'],
    code: 'PLUGIN_NOT_FOUND',
    hint: /octo search/,
    follows: 0,
  },
  {
    says: 'a mistyped plugin in info',
    type: ['info', 'chek-tcp'],
    code: 'PLUGIN_NOT_FOUND',
    hint: /octo info core\/check-tcp/,
    follows: 0,
  },
  {
    says: 'a mistyped plugin in why',
    type: ['why', 'check-tpc'],
    code: 'PLUGIN_NOT_FOUND',
    hint: /octo info core\/check-tcp/,
    follows: 0,
  },
  {
    says: 'why of what nobody knows',
    type: ['why', 'nothing'],
    code: 'PLUGIN_NOT_FOUND',
    hint: /octo search/,
    follows: 0,
  },
  {
    says: 'a mistyped plugin in run',
    type: ['run', 'chek-tcp'],
    code: 'PLUGIN_NOT_FOUND',
    hint: /octo info core\/check-tcp/,
    follows: 0,
  },
  {
    says: 'a mistyped plugin in a config',
    type: ['lock', '--config', 'unknown.yaml'],
    ...{ code: 'PLUGIN_NOT_FOUND', hint: /octo info core\/check-tcp/, follows: 0 },
  },
  {
    says: 'arguments that do not fit',
    type: ['check', '--config', 'wrong-arguments.yaml'],
    ...{ code: 'ARGUMENTS_INVALID', hint: /octo info (core\/)?hello/, follows: 0 },
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
    follows: 0,
    again: 0,
  },
  {
    says: 'offline before anything was installed',
    prepare: ({ octo }) => octo('lock'),
    type: ['install', '--frozen', '--offline'],
    ...{ code: 'OFFLINE', hint: /octo install/, follows: 0, again: 0 },
  },
  {
    says: 'a plugin folder that is none',
    type: ['build', 'nowhere'],
    ...{ code: 'FILE_NOT_FOUND', hint: /octo init/, fill: { NAME: 'other' }, follows: 0 },
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
    follows: 0,
  },
  {
    says: 'a missing signing key',
    prepare: built,
    type: ['sign', 'my-check', '--key', 'new one.key'],
    ...{ code: 'KEY_UNREADABLE', hint: /octo keygen --out 'new one'/, follows: 0, again: 0 },
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
    ...{ fill: { NAME: 'acme', FILE: 'acme.pub' }, follows: 0, again: 0 },
  },
  {
    says: 'a repo that does not exist',
    prepare: data,
    type: ['registry', 'repo', 'key', 'add', 'other', 'acme.pub', '--data', 'data dir'],
    ...{
      code: 'REPO_NOT_FOUND',
      hint: /octo registry repo create other/,
      fill: { FILE: 'acme.pub', DIR: 'data dir' },
      follows: 0,
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
    ...{ code: 'TOKEN_NOT_FOUND', hint: /octo registry token list/, fill: { DIR: 'data dir' }, follows: 0 },
  },
  {
    says: 'a key to revoke that is not there',
    prepare: data,
    type: ['registry', 'repo', 'key', 'revoke', 'acme', `sha256:${'0'.repeat(64)}`, '--data', 'data dir'],
    ...{ code: 'KEY_NOT_FOUND', hint: /octo registry repo key list acme/, fill: { DIR: 'data dir' }, follows: 0 },
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
    ...{ code: 'PLUGIN_NOT_FOUND', hint: /octo update check-tcp/, follows: 0 },
  },
  {
    says: 'a yank without a reason',
    type: ['yank', 'core/a@1.0.0', '--registry', 'https://plugins.example.com'],
    ...{ code: 'USAGE', hint: /--reason/ },
  },
  {
    says: 'a store that others can write to',
    prepare: ({ folder }) => {
      mkdirSync(join(folder, 'store'))
      chmodSync(join(folder, 'store'), 0o777)
    },
    type: ['install'],
    ...{ code: 'STORE_UNSAFE', hint: /`chmod go-w / },
  },
]

for (const situation of situations)
  test(`the hint after ${situation.says} helps`, async (t) => {
    const scene = await aTypedScene(t)
    await situation.prepare?.(scene)
    const first = await scene.octo(...situation.type)
    const shown = first.stderr + first.stdout
    assert.notEqual(first.code, 0, shown)
    assert.ok(shown.includes(situation.code), shown)
    const hint = /hint: (.*)/.exec(shown)?.[1] ?? ''
    assert.match(hint, situation.hint, shown)
    if (situation.follows === undefined) return
    const [line = ''] = commandsIn(hint)
    const fill = situation.fill ?? {}
    const words = wordsOf(line)
      .slice(1)
      .map((word) => fill[word] ?? word)
    const followed = await scene.octo(...words)
    assert.equal(followed.code, situation.follows, `${line}\n${followed.stderr}`)
    if (situation.again === undefined) return
    const again = await scene.octo(...situation.type)
    assert.equal(again.code, situation.again, again.stderr)
  })
