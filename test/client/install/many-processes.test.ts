import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../../client/store/open-store.ts'
import { verifyStore } from '../../../client/store/verify-store.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { tarballOf } from '../../support/builders/archive-builder.ts'
import { aScript } from '../../support/builders/test-authority.ts'
import type { ClientMachine } from '../../support/client/client-machine.ts'
import { aMachine, key, LINUX } from '../../support/client/client-machine.ts'
import { rounds, triesEveryCase } from '../../support/machine/full-form.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import type { OctoOptions } from '../../support/octo/run-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'

const filler = Buffer.alloc(200_000, 'x')

/** Every second one is an archive. */
const recipes = Array.from({ length: triesEveryCase ? 10 : 5 }, (_none, index) => {
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

type Installing = {
  readonly lockPath?: string
  readonly storeRoot?: string
  readonly asked?: readonly string[]
  readonly frozen?: boolean
}

/** Words of `octo install`, and where they are typed. */
function anInstall({ base, registry, folder }: ClientMachine, changes: Installing) {
  const { lockPath = base.lockPath, storeRoot = base.storeRoot, asked = pins, frozen } = changes
  const config = join(folder, `${asked.join('+')}.yaml`)
  const repo = `{url: "${registry.url()}", keys: ["${publicKeyLine(key.trustKey)}"]}`
  const plugins = asked.map((plugin) => `${plugin}: {version: "*"}`).join(', ')
  writeFileSync(config, `operator:\n  repos: {core: ${repo}}\n  plugins: {${plugins}}\n`)
  const words = ['install', '--json', '--platform', LINUX, '--config', config, '--lock', lockPath]
  const env = { OCTO_HOME: storeRoot, HOME: folder }
  return { words: frozen ? [...words, '--frozen'] : words, place: { cwd: folder, env } }
}

/** As people start it, which takes a third of what its sources take. */
function octoInstall(machine: ClientMachine, changes: Installing & Pick<OctoOptions, 'onStart'>) {
  const { words, place } = anInstall(machine, changes)
  return runOcto(words, changes.onStart ? { ...place, onStart: changes.onStart } : place)
}

const installed = async (machine: ClientMachine, changes: Installing) => reportOf(await octoInstall(machine, changes))

/** The same without a process of its own, before and after those that are at it together. */
async function installedHere(machine: ClientMachine, changes: Installing = {}) {
  const { words, place } = anInstall(machine, changes)
  return reportOf(await octoIn(place, words))
}

function reportOf({ code, stdout, stderr }: { readonly code: number | null; stdout: string; stderr: string }) {
  assert.equal(code, 0, stderr)
  const { plugins, downloaded } = JSON.parse(stdout) as { plugins: { path: string }[]; downloaded: unknown[] }
  return { paths: plugins.map(({ path }) => path), downloaded: downloaded.length }
}

const PROCESSES = rounds({ short: 3, full: 64 })
const KILLS = rounds({ short: 3, full: 8 })

test(`${PROCESSES} processes fill one store together, each blob downloaded once`, { timeout: 500_000 }, async (t) => {
  const machine = await aMachine(t, recipes)
  await installedHere(machine, {
    lockPath: join(machine.folder, 'first.lock'),
    storeRoot: join(machine.folder, 'other'),
  })
  const lock = readFileSync(join(machine.folder, 'first.lock'))
  machine.registry.requests.length = 0
  const installs = Array.from({ length: PROCESSES }, (_none, index) => {
    const lockPath = join(machine.folder, `${index}.lock`)
    writeFileSync(lockPath, lock)
    return installed(machine, { frozen: true, lockPath })
  })
  const reports = await Promise.all(installs)
  const artifacts = machine.registry.requests.filter((path) => !path.endsWith('.json'))
  assert.deepEqual(artifacts.toSorted(), [...new Set(artifacts)].toSorted())
  assert.equal(artifacts.length, recipes.length)
  assert.equal(
    reports.reduce((sum, { downloaded }) => sum + downloaded, 0),
    recipes.length,
  )
  for (const path of reports[0]?.paths ?? []) assert.match(execFileSync(path, { encoding: 'utf8' }), /^plugin-/)
  const layout = openStore(machine.base.storeRoot)
  assert.deepEqual((await verifyStore(layout)).problems, [])
  for (const folder of [layout.parts, layout.staging]) assert.deepEqual(filesBelow(folder), [])
  assert(!filesBelow(layout.trees).some((path) => path.startsWith('.staging')))
})

test('processes that lock together lose nothing of each other', { timeout: 500_000 }, async (t) => {
  const machine = await aMachine(t, recipes)
  const some = pins.slice(0, PROCESSES)
  answerTogether(machine, some.length)
  await Promise.all(some.map((pin) => installed(machine, { asked: [pin] })))
  assert.deepEqual(Object.keys(machine.readLock().plugins).sort(), some.map((pin) => `core/${pin}`).sort())
})

/** Bundles, behind which a lock is written, are answered once so many are asked for. */
function answerTogether({ registry }: ClientMachine, count: number): void {
  const waiting: (() => void)[] = []
  let asked = 0
  registry.misbehave = (path, _request, response) => {
    if (!path.endsWith('/release.sigstore.json')) return false
    waiting.push(() => response.end(registry.files.get(path)))
    // Whoever asks again later is not kept waiting.
    if (++asked >= count) for (const answer of waiting.splice(0)) answer()
    return true
  }
}

test('an install after one that was killed at any moment is whole', { timeout: 500_000 }, async (t) => {
  const machine = await aMachine(t, recipes)
  await installedHere(machine)
  const requests = machine.registry.requests.length
  const lockText = readFileSync(machine.base.lockPath)
  for (let round = 0; round < KILLS; round++) {
    const storeRoot = join(machine.folder, `store-${round}`)
    let left = 1 + Math.floor((round * requests) / KILLS)
    await octoInstall(machine, {
      storeRoot,
      onStart: (child) => {
        // Killed when it asks for so many things, which is a moment of work rather than of the clock.
        machine.registry.misbehave = () => {
          if (--left === 0) child.kill('SIGKILL')
          return false
        }
      },
    })
    machine.registry.misbehave = undefined
    const { paths } = await installedHere(machine, { storeRoot, frozen: true })
    assert.equal(paths.length, recipes.length)
    for (const path of paths) assert(existsSync(path))
    assert.deepEqual((await verifyStore(openStore(storeRoot))).problems, [])
    assert.deepEqual(readFileSync(machine.base.lockPath), lockText)
  }
})
