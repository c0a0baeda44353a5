// What `octo doctor` says of the shims that were linked from this store, and that what it tells to type mends them.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { before, test } from 'node:test'
import { noLastingFolder } from '../../support/machine/lasting-folder.ts'
import { wholeFile } from '../../support/machine/whole-file.ts'
import type { LinkScene } from '../../support/operator/linked-plugins.ts'
import { aLinkScene, aNodePlugin, aScriptPlugin } from '../../support/operator/linked-plugins.ts'

const skip = process.platform === 'linux' ? noLastingFolder : 'plugins are linked on Linux only'

type Row = { readonly subject: string; readonly state: string; readonly said: string; readonly hint?: string }

async function shimsOf({ octo }: LinkScene): Promise<readonly Omit<Row, 'subject'>[]> {
  const { stdout } = await octo('doctor', '--json', '--offline')
  const { findings } = JSON.parse(stdout) as { findings: readonly Row[] }
  return findings.filter(({ subject }) => subject === 'shims').map(({ subject: _, ...row }) => row)
}

/** Two shims in a folder, by a config whose name a shell would take for several words. */
async function twoLinked(t: TestContext) {
  const scene = await aLinkScene(t, [aScriptPlugin, aNodePlugin])
  const bin = join(scene.bin, "it's mine")
  const config = join(scene.home, 'my run.yaml')
  mkdirSync(bin)
  writeFileSync(config, scene.configText)
  const linked = await scene.octo('link', 'core/script@^1', 'by-node', '--to', bin, '--config', config)
  assert.equal(linked.code, 0, linked.stderr)
  return { ...scene, bin, config, shim: (plugin: string) => join(bin, plugin) }
}

type Scene = Awaited<ReturnType<typeof twoLinked>>

/** The commands in a hint, each as a shell reads it. */
function commandsIn(hint = ''): readonly (readonly string[])[] {
  return [...hint.matchAll(/`([^`]+)`/g)].map(([, line = '']) =>
    execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -1),
  )
}

async function type({ octo }: Scene, [program = '', ...words]: readonly string[] = []): Promise<void> {
  if (program !== 'octo') {
    execFileSync(program, words)
    return
  }
  const { code, stderr } = await octo(...words)
  assert.equal(code, 0, stderr)
}

/** What is done to two good shims, how it is found, and how many of the commands of the hint mend it. */
const DAMAGES: Readonly<Record<string, readonly [(scene: Scene) => void, state: string, said: RegExp, typed: number]>> =
  {
    'a config that was touched': [
      ({ config }) => utimesSync(config, 1, 1),
      'warning',
      /^2 shims of 2 in `.*` are stale: `by-node`, `script` \(`.*my run\.yaml` changed/,
      1,
    ],
    'a letter more': [
      ({ shim }) => writeFileSync(shim('script'), '# mine\n', { flag: 'a' }),
      'bad',
      /^1 shim of 2 in `.*` is changed: `script` \(it is not the text that octo wrote\)/,
      1,
    ],
    'leave for all to write': [
      ({ shim }) => chmodSync(shim('by-node'), 0o757),
      'bad',
      /^1 shim of 2 in `.*` is changed: `by-node` \(.* can be written by other users\)/,
      1,
    ],
    'another program': [
      ({ shim }) => writeFileSync(shim('script'), '#!/bin/sh\nexec evil\n'),
      'bad',
      /is changed: `script`/,
      2,
    ],
    'a link in its place': [
      ({ shim }) => {
        rmSync(shim('script'))
        symlinkSync('/bin/true', shim('script'))
      },
      'bad',
      /is changed: `script` \(it is no file\)/,
      2,
    ],
    'nothing in its place': [({ shim }) => rmSync(shim('script')), 'warning', /is missing: `script` \(/, 1],
    'a folder that all may write': [
      ({ bin }) => chmodSync(bin, 0o777),
      'bad',
      /^folder `.*it's mine` can be written by other users, found mode 0777$/,
      1,
    ],
  }

/** As good behind each damage as before it. */
let scene: Scene
const whole = wholeFile()
before(async () => {
  if (!skip) scene = await twoLinked(whole)
})

for (const [what, [damage, state, said, typed]] of Object.entries(DAMAGES))
  test(`octo doctor finds ${what}, and what it tells to type mends it`, { skip }, async () => {
    damage(scene)
    const [row, ...others] = await shimsOf(scene)
    assert.deepEqual([row?.state, others], [state, []])
    assert.match(row?.said ?? '', said)
    for (const words of commandsIn(row?.hint).slice(0, typed)) await type(scene, words)
    assert.deepEqual(await shimsOf(scene), [{ state: 'good', said: `${scene.bin}, 2 shims` }])
    assert.equal((await scene.octo('link', '--check', scene.bin)).code, 0)
  })

test('a shim that was removed by hand is forgotten by what the hint says of that', { skip }, async (t) => {
  const scene = await twoLinked(t)
  rmSync(scene.shim('script'))
  const [row] = await shimsOf(scene)
  await type(scene, commandsIn(row?.hint)[1])
  assert.deepEqual(await shimsOf(scene), [{ state: 'good', said: `${scene.bin}, 1 shim` }])
})

test('each folder has a row, and one that is gone or was never linked into has none', { skip }, async (t) => {
  const scene = await twoLinked(t)
  assert.equal((await scene.octo('link', 'script', '--to', scene.bin.slice(0, -"/it's mine".length))).code, 0)
  assert.equal((await shimsOf(scene)).length, 2)
  rmSync(scene.bin, { recursive: true })
  assert.equal((await shimsOf(scene)).length, 1)
  assert.deepEqual(await shimsOf({ ...scene, octo: (await aLinkScene(t, [aScriptPlugin])).octo }), [])
})
