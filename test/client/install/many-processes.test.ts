import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openStore } from '../../../client/store/open-store.ts'
import { verifyStore } from '../../../client/store/verify-store.ts'
import { tarballOf } from '../../support/archive-builder.ts'
import type { ClientMachine } from '../../support/client-machine.ts'
import { aMachine } from '../../support/client-machine.ts'
import { filesBelow } from '../../support/temp-folder.ts'
import { aScript } from '../../support/test-authority.ts'

const PROGRAM = fileURLToPath(new URL('../../support/install-program.ts', import.meta.url))
const filler = Buffer.alloc(200_000, 'x')

/** Ten plugins, every second one an archive. */
const recipes = Array.from({ length: 10 }, (_none, index) => {
  const plugin = `plugin-${index}`
  const script = aScript(plugin)
  const archive = tarballOf([
    { path: 'run', content: script, mode: 0o755 },
    { path: 'filler', content: filler },
  ])
  const packed = { bytes: archive, file: `${plugin}.tar.gz`, format: 'tar.gz' as const, executable: 'run' }
  return {
    plugin,
    platforms: { linux_amd64: index % 2 ? packed : Buffer.concat([script, Buffer.from('exit\n#'), filler]) },
  }
})
const pins = recipes.map(({ plugin }) => plugin)

function startInstall({ base, config, folder }: ClientMachine, changes: object = {}): ChildProcess {
  // As the launcher does; without it, half of the time goes into compiling.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') }
  const { report: _none, ...options } = { ...base, config: config(pins), ...changes }
  return spawn(process.execPath, [PROGRAM, JSON.stringify(options)], { env, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function finished(child: ChildProcess): Promise<{ paths: string[]; downloaded: number }> {
  const textOf = async (stream: ChildProcess['stdout']) => Buffer.concat((await stream?.toArray()) ?? []).toString()
  const texts = Promise.all([textOf(child.stdout), textOf(child.stderr)])
  const [code] = await once(child, 'exit')
  const [out, err] = await texts
  assert.equal(code, 0, err)
  return JSON.parse(out)
}

test('64 processes fill one store together, each blob downloaded once', { timeout: 240_000 }, async (t) => {
  const machine = await aMachine(t, recipes)
  await finished(
    startInstall(machine, { lockPath: join(machine.folder, 'first.lock'), storeRoot: join(machine.folder, 'other') }),
  )
  const lock = readFileSync(join(machine.folder, 'first.lock'))
  machine.registry.requests.length = 0
  const children = Array.from({ length: 64 }, (_none, index) => {
    const lockPath = join(machine.folder, `${index}.lock`)
    writeFileSync(lockPath, lock)
    return startInstall(machine, { frozen: true, lockPath })
  })
  const reports = await Promise.all(children.map(finished))
  const artifacts = machine.registry.requests.filter((path) => !path.endsWith('.json'))
  assert.deepEqual(artifacts.toSorted(), [...new Set(artifacts)].toSorted())
  assert.equal(artifacts.length, 10)
  assert.equal(
    reports.reduce((sum, { downloaded }) => sum + downloaded, 0),
    10,
  )
  for (const path of reports[0]?.paths ?? []) assert.match(execFileSync(path, { encoding: 'utf8' }), /^plugin-/)
  const layout = openStore(machine.base.storeRoot)
  assert.deepEqual((await verifyStore(layout)).problems, [])
  for (const folder of [layout.parts, layout.staging]) assert.deepEqual(filesBelow(folder), [])
  assert(!filesBelow(layout.trees).some((path) => path.startsWith('.staging')))
})

test('processes that lock together lose nothing of each other', { timeout: 240_000 }, async (t) => {
  const machine = await aMachine(t, recipes)
  const children = pins.map((pin) => startInstall(machine, { config: machine.config([pin]) }))
  await Promise.all(children.map(finished))
  assert.deepEqual(Object.keys(machine.readLock().plugins).sort(), pins.map((pin) => `core/${pin}`).sort())
})

test('an install after one that was killed at any moment is whole', { timeout: 240_000 }, async (t) => {
  const machine = await aMachine(t, recipes)
  await finished(startInstall(machine))
  const lockText = readFileSync(machine.base.lockPath)
  for (let round = 0; round < 8; round++) {
    const storeRoot = join(machine.folder, `store-${round}`)
    const child = startInstall(machine, { storeRoot })
    let left = round * 3 + 1
    // Killed when it asks for so many things, which is a moment of work rather than of the clock.
    machine.registry.misbehave = () => {
      if (--left === 0) child.kill('SIGKILL')
      return false
    }
    await once(child, 'exit')
    machine.registry.misbehave = undefined
    const { paths } = await finished(startInstall(machine, { storeRoot, frozen: true }))
    assert.equal(paths.length, 10)
    for (const path of paths) assert(existsSync(path))
    assert.deepEqual((await verifyStore(openStore(storeRoot))).problems, [])
    assert.deepEqual(readFileSync(machine.base.lockPath), lockText)
  }
})
