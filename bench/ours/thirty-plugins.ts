// A repo with many plugins of one size, and a consumer that wants all of them.
import type { Scope } from '../scope.ts'
import type { Consumer } from './consumer.ts'
import { openConsumer } from './consumer.ts'
import { oneArtifact } from './one-artifact.ts'
import { startRegistry } from './registry.ts'

export async function thirtyPlugins(scope: Scope, { count, size }: { count: number; size: number }): Promise<Consumer> {
  const registry = await startRegistry(scope, { name: 'registry' })
  const plugins = Array.from({ length: count }, (_, index) => `bytes-${index}`)
  for (const plugin of plugins) await oneArtifact(scope, registry, { plugin, version: '1.0.0', size })
  return openConsumer(scope, { name: 'consumer', registry, plugins })
}
