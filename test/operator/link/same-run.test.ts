// A shim starts a plugin as `octo run` does: the same words, environment, name, exit code and signals.
import assert from 'node:assert/strict'
import type { StdioOptions } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, realpathSync } from 'node:fs'
import { basename } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { pluginEnvironment } from '../../../operator/exec/environment.ts'
import { noLastingFolder } from '../../support/machine/lasting-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import {
  aLinkScene,
  aNativePlugin,
  aNodePlugin,
  anArchivePlugin,
  aScriptPlugin,
  aStandIn,
  OCTO,
  saidBy,
} from '../../support/operator/linked-plugins.ts'

const skip = process.platform === 'linux' ? noLastingFolder : 'plugins are linked on Linux only'
const WORDS = ['', 'a b', '$HOME', '*', "it's", '"', '\\', '`id`', '-c', '--', 'ü\n', '-'.repeat(3000)]

async function linked(t: TestContext) {
  const scene = await aLinkScene(t, [aScriptPlugin, aNodePlugin, aNativePlugin, anArchivePlugin(9)])
  const link = ['link', 'script', 'by-node', 'native', 'archive', '--to', scene.bin]
  const { code, stderr } = await scene.octoStartedBy(aStandIn(tempFolder(t)), ...link)
  assert.equal(code, 0, stderr)
  const octo = (plugin: string) => [process.execPath, OCTO, 'run', '--config', scene.configPath, plugin, '--']
  return { ...scene, run: octo }
}

test('words, environment, name, folder and exit code are those of `octo run`', { skip }, async (t) => {
  const scene = await linked(t)
  const env = { ...scene.env, SECRET: 'hunter2', TZ: 'UTC', LC_ALL: 'C', TMPDIR: scene.home, PATH: scene.home }
  for (const plugin of ['script', 'by-node', 'archive']) {
    const shim = await saidBy([scene.shim(plugin), ...WORDS], { env, cwd: scene.home })
    const run = await saidBy([...scene.run(plugin), ...WORDS], { env, cwd: scene.home })
    const { TMPDIR: own, ...rest } = run.env
    assert.ok(own?.startsWith(`${scene.home}/octo-run-`))
    assert.deepEqual(shim, { ...run, env: { ...rest, TMPDIR: scene.home } }, plugin)
    assert.equal(shim.code, 7)
  }
  const named = ['-c', 'printf "%s\\0" "$0"; pwd; exit 3']
  const starts = [[scene.shim('native')], scene.run('native')]
  const [shim, run] = await Promise.all(starts.map((start) => saidBy([...start, ...named], { env })))
  assert.equal(run?.words[0], 'native')
  assert.equal(basename(shim?.words[0] ?? ''), 'native', 'the same last part, where `env` cannot say the whole')
  assert.deepEqual([shim?.code, run?.code], [3, 3])
})

test('a signal ends the plugin as it ends any program, and one that the plugin answers is answered', {
  skip,
}, async (t) => {
  const scene = await linked(t)
  const { signal } = spawnSync(scene.shim('native'), ['-c', 'kill -s SEGV $$'])
  assert.equal(signal, 'SIGSEGV')
  const waiting = 'trap "exit 5" TERM; echo up; while :; do sleep 0.02; done'
  const child = spawn(scene.shim('native'), ['-c', waiting], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [5, null])
  const ignoring = spawnSync('/bin/sh', [
    '-c',
    `trap "" HUP; exec '${scene.shim('native')}' -c 'kill -s HUP $$; exit 4'`,
  ])
  assert.equal(ignoring.status, 4, 'what the caller ignores stays ignored')
})

test('descriptors and limits of the caller are the plugin’s, as with any program', { skip }, async (t) => {
  const scene = await linked(t)
  const given = openSync(scene.configPath, 'r')
  t.after(() => closeSync(given))
  const OPEN = [3, 9, 15, 16, 40]
  const stdio = Array.from({ length: 41 }, (_, at) => (at === 1 ? 'pipe' : OPEN.includes(at) ? given : 'ignore'))
  const limited = 'ulimit -Sn 300; ulimit -Hn 400; ulimit -Sc 0; ulimit -f 12345; exec "$@"'
  const says =
    'ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -f; for at in 3 9 15 16 40; do readlink "/proc/$$/fd/$at"; done'
  const { stdout } = spawnSync('/bin/sh', ['-c', limited, 'sh', scene.shim('native'), '-c', says], {
    ...{ encoding: 'utf8', stdio: stdio as StdioOptions },
  })
  const config = realpathSync(scene.configPath)
  assert.deepEqual(stdout.trimEnd().split('\n'), ['300', '400', '0', '12345', ...OPEN.map(() => config)])
})

/** Values of one variable, of which each may be passed on or not. */
const VALUES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  HOME: [undefined, '', '/root', '/with space/$x\'"*', 'ü', 'two\nlines'],
  TZ: [
    undefined,
    '',
    'UTC',
    'Europe/Berlin',
    ':/etc/localtime',
    '/etc/passwd',
    '../x',
    'a..b',
    'A'.repeat(64),
    'A'.repeat(65),
  ],
  LANG: [
    undefined,
    '',
    'C',
    'de_DE.UTF-8@euro',
    '/x',
    'a b',
    'ä',
    'x'.repeat(64),
    'x'.repeat(65),
    'a]',
    'a\\',
    '-',
    '!',
  ],
  TRACEPARENT: [
    `00-${'a1'.repeat(16)}-${'0b'.repeat(8)}-01`,
    `00-${'A1'.repeat(16)}-${'0b'.repeat(8)}-01`,
    `00-${'a1'.repeat(16)}-${'0b'.repeat(8)}-01-`,
    `00-${'a1'.repeat(16)}-${'0b'.repeat(8)}`,
    '',
    '--',
  ],
  HTTPS_PROXY: ['http://proxy:3128', ''],
  no_proxy: ['*', 'a, b'],
  SSL_CERT_FILE: ['/etc/ssl/x y.pem'],
  NODE_EXTRA_CA_CERTS: ['/nowhere.pem'],
}

/** Nothing of these reaches a plugin, whatever a shell or the loader makes of them. */
const REFUSED = [
  'SECRET',
  'LD_LIBRARY_PATH',
  'GCONV_PATH',
  'NODE_PATH',
  'PYTHONPATH',
  'ENV',
  'BASH_ENV',
  'IFS',
  'PS4',
  'PWD',
]

test('of the environment, a plugin gets what `octo run` gives it, value by value', { skip }, async (t) => {
  const scene = await linked(t)
  const facts = (env: Readonly<Record<string, string>>) => {
    return { root: env.OCTO_PLUGIN_ROOT ?? '', contract: 'exit-code', temporary: '' }
  }
  const hosts = Object.entries(VALUES).flatMap(([name, values]) =>
    values.map((value) => (value === undefined ? {} : { [name]: value })),
  )
  for (const host of [...hosts, Object.fromEntries(REFUSED.map((name) => [name, '/x']))]) {
    const { env, code } = await saidBy([scene.shim('script')], { env: host })
    const { TMPDIR: _none, ...expected } = pluginEnvironment(host, facts(env))
    assert.deepEqual(env, Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, latin1(value)])))
    assert.equal(code, 7)
  }
})

test('a proxy with a password is given to octo, as the words of a program are for everybody to read', {
  skip,
}, async (t) => {
  const scene = await aLinkScene(t, [aScriptPlugin])
  assert.equal((await scene.octo('link', 'script', '--to', scene.bin)).code, 0)
  const env = { ...scene.env, HTTPS_PROXY: 'http://me:hunter2@127.0.0.1:9' }
  const { env: seen, code } = await saidBy([scene.shim('script')], { env })
  assert.equal(code, 7)
  assert.match(String(seen.TMPDIR), /octo-run-/, 'octo made it a private folder')
  assert.equal(seen.HTTPS_PROXY, env.HTTPS_PROXY)
})

/** Bytes, as saidBy reads them. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}
