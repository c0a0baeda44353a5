// `octo link` and `octo unlink`: what is written where, and which damages `--check` finds.
import assert from 'node:assert/strict'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { noLastingFolder } from '../../support/machine/lasting-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import type { LinkScene } from '../../support/operator/linked-plugins.ts'
import {
  aLinkScene,
  aNativePlugin,
  aNativePluginCalled,
  aNodePlugin,
  anArchivePlugin,
  aScriptPlugin,
  aStandIn,
  saidBy,
} from '../../support/operator/linked-plugins.ts'

const skip = process.platform === 'linux' ? noLastingFolder : 'plugins are linked on Linux only'

test('shims are written with a copy each, listed, and taken away', { skip }, async (t) => {
  const scene = await aLinkScene(t, [aScriptPlugin, aNodePlugin])
  const linked = await scene.octo(
    'link',
    'script',
    'core/by-node@^1',
    '--to',
    relative(scene.home, scene.bin),
    '--json',
  )
  assert.equal(linked.code, 0, linked.stderr)
  assert.deepEqual(JSON.parse(linked.stdout), {
    folder: scene.bin,
    linked: [
      { path: scene.shim('script'), plugin: 'core/script', version: '1.0.0' },
      { path: scene.shim('by-node'), plugin: 'core/by-node', version: '1.0.0' },
    ],
  })
  assert.deepEqual(readdirSync(scene.bin), ['by-node', 'script'])
  assert.equal(lstatSync(scene.shim('script')).mode & 0o7777, 0o755)
  const checked = await scene.octo('link', '--check', scene.bin, '--json')
  assert.equal(checked.code, 0, checked.stderr)
  assert.deepEqual(
    JSON.parse(checked.stdout).shims.map(({ path, state }: { path: string; state: string }) => [path, state]),
    [
      [scene.shim('by-node'), 'good'],
      [scene.shim('script'), 'good'],
    ],
  )
  const removed = await scene.octo('unlink', 'by-node', 'script', '--from', scene.bin)
  assert.equal(removed.code, 0, removed.stderr)
  assert.deepEqual(readdirSync(scene.bin), [])
  assert.equal((await scene.octo('link', '--check', scene.bin)).code, 0)
  assert.match((await scene.octo('unlink', 'script', '--from', scene.bin)).stderr, /FILE_NOT_FOUND.*--check/s)
})

test('a shim is compared with the copy of the store that wrote it, whichever store the caller has', {
  skip,
}, async (t) => {
  for (const store of ['store', "an 'other' store"]) {
    const scene = await aLinkScene(t, [aScriptPlugin])
    const own = join(scene.home, store)
    const by = (root: string) => {
      scene.env.OCTO_HOME = root
      return scene
    }
    const check = async (root: string) => {
      const { code, stdout } = await by(root).octo('link', '--check', scene.bin, '--json')
      return [code, ...JSON.parse(stdout).shims.map(({ state }: { state: string }) => state)]
    }
    const usual = ''
    for (const [first, second] of [
      [usual, own],
      [own, usual],
    ] as const) {
      assert.equal((await by(first).octo('link', 'script', '--to', scene.bin)).code, 0)
      rmSync(scene.shim('script'))
      assert.equal((await by(second).octo('link', 'script', '--to', scene.bin)).code, 0)
      for (const root of [first, second]) assert.deepEqual(await check(root), [0, 'good'], root)
    }
    assert.equal((await by(own).octo('link', 'script', '--to', scene.bin)).code, 0)
    assert.deepEqual(await check(join(scene.home, 'third')), [0, 'good'])
    // Who may write to that store could vouch for anything.
    chmodSync(own, 0o777)
    assert.deepEqual(await check(join(scene.home, 'third')), [1, 'unknown'])
    assert.deepEqual(await check(usual), [1, 'changed'])
    chmodSync(own, 0o700)
    writeFileSync(scene.shim('script'), `${scene.textOf('script')}\n`)
    assert.deepEqual(await check(join(scene.home, 'third')), [1, 'unknown'])
    assert.deepEqual(await check(usual), [1, 'changed'])
  }
})

test('octo link --check says that there are no shims, and with --quiet shows only what is wrong', {
  skip,
}, async (t) => {
  const scene = await aLinkScene(t, [aScriptPlugin, aNodePlugin])
  const none = await scene.octo('link', '--check', scene.bin)
  assert.deepEqual([none.code, none.stdout], [0, ''])
  assert.ok(none.stderr.includes(`no shims in \`${scene.bin}\``), none.stderr)
  assert.equal((await scene.octo('link', 'script', 'by-node', '--to', scene.bin)).code, 0)
  rmSync(scene.shim('script'))
  const { stdout } = await scene.octo('link', '--check', scene.bin, '--quiet')
  assert.match(stdout, /^missing +script/m)
  assert.doesNotMatch(stdout, /by-node/)
  const nowhere = await scene.octo('link', '--check', join(scene.bin, 'nowhere'))
  assert.match(nowhere.stderr, /FILE_NOT_FOUND/)
  assert.doesNotMatch(nowhere.stderr, /mkdir/)
})

/** What is done to a good shim, and how it is found. */
const DAMAGES: Readonly<Record<string, readonly [string, (scene: LinkScene) => void]>> = {
  'a letter more': [
    'changed',
    ({ shim }) => writeFileSync(shim('script'), `${readFileSync(shim('script'), 'utf8')}\n`),
  ],
  'another program': ['changed', ({ shim }) => writeFileSync(shim('script'), '#!/bin/sh\nexec evil\n')],
  'no bit to execute it': ['changed', ({ shim }) => chmodSync(shim('script'), 0o644)],
  'leave for all to write': ['changed', ({ shim }) => chmodSync(shim('script'), 0o757)],
  'a link in its place': [
    'changed',
    ({ shim, bin }) => {
      writeFileSync(join(bin, '.hidden'), readFileSync(shim('script')))
      rmSync(shim('script'))
      symlinkSync('.hidden', shim('script'))
    },
  ],
  'nothing in its place': ['missing', ({ shim }) => rmSync(shim('script'))],
  'a config that was touched': ['stale', ({ configPath }) => utimesSync(configPath, 1, 1)],
  'a store that lost its copy': ['unknown', ({ store }) => rmSync(join(store, 'v1/shims'), { recursive: true })],
}

for (const [what, [state, damage]] of Object.entries(DAMAGES))
  test(`octo link --check finds ${what}: ${state}`, { skip }, async (t) => {
    const scene = await aLinkScene(t, [aScriptPlugin, aNodePlugin])
    assert.equal((await scene.octo('link', 'script', '--to', scene.bin)).code, 0)
    damage(scene)
    const { code, stdout, stderr } = await scene.octo('link', '--check', scene.bin, '--json')
    assert.equal(code, 1)
    assert.match(stderr, /"code": "SHIM_CHANGED"/)
    const [row] = JSON.parse(stdout).shims.filter(({ path }: { path: string }) => path === scene.shim('script'))
    assert.equal(row.state, state)
    assert.ok(row.problem.length > 5)
    const text = await scene.octo('link', '--check', scene.bin)
    assert.match(text.stdout, new RegExp(`^${state} +script`, 'm'))
  })

test('a plugin of very many files gets a shim that calls octo, and says so', { skip }, async (t) => {
  const scene = await aLinkScene(t, [anArchivePlugin(201), anArchivePlugin(180, 'fewer')])
  const { code, stdout } = await scene.octo('link', 'archive', 'fewer', '--to', scene.bin)
  assert.equal(code, 0)
  assert.match(stdout, /archive {2}core\/archive 1\.0\.0, by octo each time: it has more than 200 files/)
  assert.match(stdout, /fewer {2}core\/fewer 1\.0\.0$/m)
  assert.ok(Buffer.byteLength(scene.textOf('fewer')) < 64 * 1024)
  assert.doesNotMatch(scene.textOf('archive'), /stat|--relink/)
  assert.equal((await scene.octo('link', '--check', scene.bin)).code, 0)
  const said = await saidBy([scene.shim('archive'), 'x'], {})
  assert.deepEqual([said.words.at(-1), said.code], ['x', 7])
})

test('a plugin whose shim would be a very long text gets one that calls octo, and says so', { skip }, async (t) => {
  // Each file of the plugin is named with all folders above it.
  const home = join(tempFolder(t), ...['a', 'b'].map((letter) => letter.repeat(175)))
  mkdirSync(home, { recursive: true })
  const scene = await aLinkScene(t, [anArchivePlugin(150)], home)
  const { code, stdout, stderr } = await scene.octo('link', 'archive', '--to', scene.bin)
  assert.equal(code, 0, stderr)
  assert.match(stdout, /archive 1\.0\.0, by octo each time: its shim would have more than 64 KiB/)
  assert.doesNotMatch(scene.textOf('archive'), /stat|--relink/)
  const said = await saidBy([scene.shim('archive'), 'x'], {})
  assert.deepEqual([said.words.at(-1), said.code], ['x', 7])
})

test('an interpreter is compared like the plugin, with every link on the way to it', { skip }, async (t) => {
  const scene = await aLinkScene(t, [aScriptPlugin, aNodePlugin])
  assert.equal((await scene.octo('link', 'script', 'by-node', '--to', scene.bin)).code, 0)
  const asked = (plugin: string) => / -- (.*) 2>/.exec(scene.textOf(plugin))?.[1]?.split(' ')
  assert.ok(asked('script')?.includes(realpathSync('/bin/sh')))
  assert.ok(asked('by-node')?.includes(realpathSync(process.execPath)))
})

test('a program with `=` in its path is started by octo, as `env` would take it for a variable', {
  skip,
}, async (t) => {
  const home = join(tempFolder(t), 'a=b')
  mkdirSync(home)
  const scene = await aLinkScene(t, [aNativePlugin], home)
  const { code, stdout } = await scene.octo('link', 'native', '--to', scene.bin)
  assert.equal(code, 0)
  assert.match(stdout, /by octo each time: its path has a `=` in it/)
  assert.equal((await saidBy([scene.shim('native'), '-c', 'exit 5'], {})).code, 5)
})

test('a program that is to be called `..` is started by its path', { skip }, async (t) => {
  const scene = await aLinkScene(t, [aNativePluginCalled('..')])
  assert.equal((await scene.octo('link', 'native', '--to', scene.bin)).code, 0)
  assert.equal((await saidBy([scene.shim('native'), '-c', 'exit 5'], {})).code, 5)
})

test('a program finds its own name, and its link in the store is a file like any other', { skip }, async (t) => {
  const scene = await aLinkScene(t, [aNativePlugin])
  const standIn = aStandIn(tempFolder(t))
  const link = () => scene.octoStartedBy(standIn, 'link', 'native', '--to', scene.bin)
  assert.equal((await link()).code, 0)
  const name = () => saidBy([scene.shim('native'), '-c', 'printf "%s\\0" "$0"'], {})
  const [path = ''] = (await name()).words
  assert.match(path, /\/native$/)
  rmSync(path)
  symlinkSync('/bin/true', path)
  assert.equal((await name()).code, 99)
  assert.equal((await link()).code, 0)
  assert.equal((await name()).code, 0)
})
