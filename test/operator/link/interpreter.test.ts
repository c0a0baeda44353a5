// The interpreter of a plugin: whoever could replace it would decide what a shim runs, and no shim asks again which version it has.
import assert from 'node:assert/strict'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openLinking } from '../../../operator/link/open-linking.ts'
import { planShim } from '../../../operator/link/plan-shim.ts'
import { openSession } from '../../../operator/operator-session.ts'
import { openTerminal } from '../../../terminal/terminal.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { lastingFolder, noInterpreterFolder } from '../../support/machine/lasting-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import {
  aLinkScene,
  aNodePlugin,
  anInterpretedPlugin,
  aStandIn,
  saidBy,
} from '../../support/operator/linked-plugins.ts'

const skip = process.platform === 'linux' ? noInterpreterFolder : 'plugins are linked on Linux only'

/** A shell of this machine, in a folder of its own behind a link. */
function anInterpreter(t: Pick<TestContext, 'after'>) {
  const folder = lastingFolder(t)
  mkdirSync(join(folder, 'real'))
  const file = join(folder, 'real/sh')
  cpSync(realpathSync('/bin/sh'), file)
  chmodSync(file, 0o755)
  symlinkSync('real', join(folder, 'link'))
  return { folder, file, named: join(folder, 'link/sh') }
}

type Interpreter = ReturnType<typeof anInterpreter>

/** Owner, mode, size and time of change as before. */
function copyInPlace(path: string): void {
  cpSync(path, `${path}.copy`, { preserveTimestamps: true })
  renameSync(`${path}.copy`, path)
}

const CHANGES: Readonly<Record<string, (interpreter: Interpreter) => void>> = {
  'its file was replaced by a copy': ({ file }) => copyInPlace(file),
  'a byte of it is another': ({ file }) => {
    const { atime, mtime } = lstatSync(file)
    const bytes = readFileSync(file)
    // The file is the same one, with the same size and time; nobody reads its last byte.
    writeFileSync(file, Buffer.from(bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte))))
    utimesSync(file, atime, mtime)
  },
  'others may write it': ({ file }) => chmodSync(file, 0o757),
  'others may write its folder': ({ file }) => chmodSync(dirname(file), 0o757),
  'the link on the way to it leads to another folder': ({ folder }) => {
    cpSync(join(folder, 'real'), join(folder, 'other'), { recursive: true, preserveTimestamps: true })
    rmSync(join(folder, 'link'))
    symlinkSync('other', join(folder, 'link'))
  },
}

for (const [what, change] of Object.entries(CHANGES))
  test(`a shim goes to octo when of the interpreter of its plugin ${what}`, { skip }, async (t) => {
    const interpreter = anInterpreter(t)
    const scene = await aLinkScene(t, [anInterpretedPlugin(interpreter.named)])
    const linked = await scene.octoStartedBy(aStandIn(tempFolder(t)), 'link', 'interpreted', '--to', scene.bin)
    assert.equal(linked.code, 0, linked.stderr)
    assert.equal((await saidBy([scene.shim('interpreted')], {})).code, 7)
    change(interpreter)
    assert.equal((await saidBy([scene.shim('interpreted')], {})).code, 99)
  })

/** As `octo link` does it; `meanwhile` happens after the interpreter was chosen. */
async function planned(t: TestContext, { named }: Interpreter, meanwhile: () => void) {
  const { home, env, bin, configPath } = await aLinkScene(t, [anInterpretedPlugin(named)])
  const place = { terminal: openTerminal({ quiet: true }), cwd: home, env }
  const options = { config: [configPath] }
  await using session = await openSession(options, place)
  const [outcome] = await session.provide([{ plugin: 'interpreted' as never }])
  if (outcome?.state !== 'done') throw outcome?.error ?? new Error('nothing was provided')
  const { client, ...linking } = openLinking(session, options, place)
  const grounds: typeof client.grounds = async (...asked) => {
    const watched = await client.grounds(...asked)
    meanwhile()
    return watched
  }
  const asked = { path: join(bin, 'interpreted'), request: 'interpreted', executable: outcome.value }
  return await planShim({ ...linking, client: { ...client, grounds } }, asked)
}

test('no shim starts an interpreter that others could write to, also when they got the right just now', {
  skip,
}, async (t) => {
  const before = anInterpreter(t)
  chmodSync(before.file, 0o757)
  const scene = await aLinkScene(t, [anInterpretedPlugin(before.named)])
  const { code, stderr } = await scene.octo('link', 'interpreted', '--to', scene.bin)
  assert.deepEqual([code === 0, readdirSync(scene.bin)], [false, []])
  assert.match(stderr, /RUNTIME_MISSING.*can be written by other users/s)

  for (const place of ['real/sh', 'real', '.']) {
    const interpreter = anInterpreter(t)
    const opened = join(interpreter.folder, place)
    const error = await expectCodeAsync('LINK_UNSAFE', () => planned(t, interpreter, () => chmodSync(opened, 0o757)))
    assert.match(error.message, /is started by `sh`, and `.*` can be written by other users/)
    assert.equal(error.details.place, opened)
    assert.ok(error.hint)
  }
  assert.ok((await planned(t, anInterpreter(t), () => undefined)).record.comparison)
})

test('which versions of a runtime a plugin takes is decided when it is linked', { skip }, async (t) => {
  const [artifact] = Object.values(aNodePlugin.platforms ?? {})
  const platform = Object.keys(aNodePlugin.platforms ?? {})[0] ?? ''
  const asking = (plugin: string, version: string) => {
    const offer = { ...(artifact as object), runtime: { name: 'node', version } }
    return { plugin, platforms: { [platform]: offer } } as typeof aNodePlugin
  }
  const scene = await aLinkScene(t, [asking('newer', '>=99'), asking('older', '<20'), asking('fits', '>=20 <99')])
  for (const plugin of ['newer', 'older']) {
    const { code, stderr } = await scene.octo('link', plugin, 'fits', '--to', scene.bin)
    assert.notEqual(code, 0)
    assert.match(stderr, /RUNTIME_MISSING.*needs `node` in a version that fits/s)
    assert.deepEqual(readdirSync(scene.bin), [])
  }
  const { code, stderr } = await scene.octo('link', 'fits', '--to', scene.bin)
  assert.equal(code, 0, stderr)
  assert.equal((await saidBy([scene.shim('fits')], {})).code, 7)
})
