// Services that octo cannot run: each says why, at its line, and leaves the config readable for other operators.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { isCoded } from '../../../schemas/errors.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const x = ['x']

const REFUSED: readonly (readonly [what: string, service: object, message: RegExp])[] = [
  ['an image alone', { image: 'i' }, /`web` has an image, which octo does not run by itself, and neither `command`/],
  ["an image's command", { image: 'i', command: x }, /neither `command` nor `plugin`/],
  ['an entrypoint', { entrypoint: 'x', command: ['y'] }, /neither `command` nor `plugin`/],
  ['nothing at all', { health: [] }, /`web` has neither/],
  ['a key that nobody knows', { run: x, 'x-own': 1, user: 'me' }, /neither `command` nor `plugin`, but `run`, which/],
  ['a slip, which has a warning', { commnd: x }, /neither `command` nor `plugin`$/],
  ["an image's own key", { image: 'i', run: x }, /neither `command` nor `plugin`$/],
  ['two programs', { command: x, plugin: 'y' }, /both `command` and `plugin`/],
  ['a plugin that is a number', { plugin: 5 }, /`plugin` is no plain value/],
  ['several plugins', { plugin: ['a', 'b'] }, /`plugin` is no plain value/],
  ['a folder that is a map', { command: x, working_dir: { path: '/srv' } }, /`working_dir` is no plain value/],
  ['a folder without a name', { command: x, working_dir: '' }, /`working_dir` is no path/],
  ['an empty word as the program', { command: ['', 'word'] }, /`command` is empty/],
  ['more words than anybody writes', { command: Array(1001).fill('x') }, /`command` has more than 1000 words/],
  ['no words', { command: [] }, /`command` is empty/],
  ['a text for a shell', { command: 'echo "a b"' }, /no list of words/],
  ['a text with a variable', { command: 'echo $HOME' }, /no list of words/],
  ['a list in the words', { command: ['x', ['y']] }, /no plain value/],
  ['null among the words', { command: ['x', null] }, /no plain value/],
  ['another user', { command: x, user: 'nobody' }, /asks for `user`/],
  ['a file of variables', { command: x, env_file: '.env' }, /asks for `env_file`/],
  ['a name that is none', { command: x, env: { 'A-B': 1 } }, /`A-B` is no name/],
  ['both names of variables', { command: x, env: { A: 1 }, environment: { A: 1 } }, /says the same as/],
  ['a map as a value', { command: x, env: { A: {} } }, /`A` is no plain value/],
  ['variables as a text', { command: x, env: 'A=1' }, /`environment` is neither a map nor a list/],
  ['a list among the variables', { command: x, env: [['A=1']] }, /an entry of `environment` is no `NAME=value`/],
  ['null among the variables', { command: x, env: [null] }, /an entry of `environment` is no `NAME=value`/],
  ['a number to wait for', { command: x, depends_on: [3] }, /is no name of a service/],
  ['a list to wait for', { command: x, depends_on: [['db']] }, /is no name of a service/],
  ['nothing to wait for', { command: x, depends_on: '' }, /is no name of a service/],
  ['a list of names to wait for in v1', { command: x, depends: [{ service: ['db'] }] }, /is no name of a service/],
  ['a map to wait for that names no service', { command: x, depends: [{}] }, /names no service/],
  [
    'a slip of a condition',
    { command: x, depends_on: { db: { conditon: 'service_healthy' } } },
    /`conditon` says nothing about what is waited for, did you mean `condition`\?$/,
  ],
  [
    'a condition in v1',
    { command: x, depends: [{ service: 'db', condition: 'healthy' }] },
    /`condition` says nothing about what is waited for, expected `service`, `health`$/,
  ],
  ['a word for a condition', { command: x, depends_on: { db: true } }, /of `db` is no map with `condition`/],
  ['an unknown condition', { command: x, depends_on: { db: { condition: 'service_ready' } } }, /no condition/],
  ['an unknown policy', { command: x, restart: 'sometimes' }, /no restart policy/],
  ['a policy with more than octo knows', { command: x, restart: { delay: '5s' } }, /`restart` has no `delay`/],
  ['attempts of another policy', { command: x, restart: 'always:3' }, /not understood/],
  ['an unknown signal', { command: x, stop_signal: 'SIGSTOP' }, /no signal that ends/],
  ['an unknown target', { command: x, stop: { target: 'all' } }, /no target/],
  ['too many', { command: x, replicas: 1000 }, /no whole number from 0 to 100/],
  ['a format that is none', { command: x, config: { file: 'ini' } }, /neither `json` nor `yaml`/],
]

test(`what octo does not run is an error of its own, and none of the config (${REFUSED.length})`, async (t) => {
  for (const [what, service, message] of REFUSED) {
    const found = (await readFiles(t, { 'octo.yaml': stringify({ services: { web: service } }) })).services[0]?.spec
    assert.ok(isCoded(found, 'CONFIG_INVALID'), what)
    assert.match(found.message, message, what)
    assert.match(found.message, /octo\.yaml` line \d+: /, what)
  }
})
