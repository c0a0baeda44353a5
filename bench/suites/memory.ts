// Peak memory while 1 GiB passes through: of the registry during an upload, of the client during an install.
import { writeFileSync } from 'node:fs'
import { GIB, MIB } from '../bytes.ts'
import { memoryOf, run } from '../child.ts'
import type { Benchmark } from '../model.ts'
import type { Consumer } from '../ours/consumer.ts'
import { openConsumer } from '../ours/consumer.ts'
import { oneArtifact } from '../ours/one-artifact.ts'
import type { OctoRegistry } from '../ours/registry.ts'
import { startRegistry } from '../ours/registry.ts'
import type { Scope } from '../scope.ts'
import type { Suite } from '../suite.ts'

const ROUNDS = { full: 3, quick: 1 }
const LIMIT = 100 * MIB

export const suite: Suite = {
  name: 'memory',
  async prepare(scope) {
    const size = scope.quick ? 64 * MIB : GIB
    const registry = await scope.attempt('octo registry', () => startRegistry(scope, { name: 'registry' }))
    if (!registry) return []
    return [upload(scope, registry, size), await install(scope, registry, size)]
  },
}

function upload(scope: Scope, registry: OctoRegistry, size: number): Benchmark {
  return {
    name: 'memory-upload',
    title: `memory of the registry, upload of ${size / MIB} MiB`,
    unit: 'bytes',
    rounds: ROUNDS,
    warmUp: false,
    contenders: [
      { name: 'idle', measure: async () => memoryOf(registry.pid, 'VmRSS') },
      {
        name: 'peak during upload',
        measure: async (round) => {
          forgetPeak(registry.pid)
          await oneArtifact(scope, registry, { plugin: 'large', version: `1.0.${round}`, size })
          return memoryOf(registry.pid, 'VmHWM')
        },
      },
    ],
    aims: [{ ours: 'peak during upload', peer: 'idle', compare: 'difference', bound: 'at most', limit: LIMIT }],
    note: 'VmHWM of the one process against its resident memory just before; one artifact in one octo publish',
  }
}

async function install(scope: Scope, registry: OctoRegistry, size: number): Promise<Benchmark> {
  await scope.attempt('small plugin', () =>
    oneArtifact(scope, registry, { plugin: 'small', version: '1.0.0', size: 1024 }),
  )
  const consumer = (plugin: string) => openConsumer(scope, { name: `consumer-${plugin}`, registry, plugins: [plugin] })
  const [small, large] = [await consumer('small'), await consumer('large')]
  return {
    name: 'memory-install',
    title: `memory of the client, install of ${size / MIB} MiB`,
    unit: 'bytes',
    rounds: ROUNDS,
    warmUp: false,
    contenders: [
      { name: 'install of 1 KiB', measure: () => peakOfInstall(small) },
      { name: 'install of the artifact', measure: () => peakOfInstall(large) },
    ],
    aims: [
      {
        ours: 'install of the artifact',
        peer: 'install of 1 KiB',
        compare: 'difference',
        bound: 'at most',
        limit: LIMIT,
      },
    ],
    note: 'VmHWM of octo install into an empty store; the same command with nothing to carry stands for idle',
  }
}

async function peakOfInstall(consumer: Consumer): Promise<number> {
  await consumer.emptyStore()
  await consumer.unlock()
  return (await run({ ...consumer.octo(['install']), timeoutMs: 300_000 }, 'memory')).peakBytes
}

/** Sets the kernel's peak of the process back to what it holds now. */
function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}
