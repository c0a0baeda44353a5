// A registry goes on writing for a moment behind its answers. Whoever copies or reads its whole folder waits for the end of that.
import { readNotedHead } from '../../../registry/witness/audit-head.ts'
import { until } from '../machine/until.ts'
import type { TestRegistry } from './test-registry.ts'

/** Until what it shows is durable and the end of its audit log is noted: then it writes nothing that nobody asks for. */
export async function untilStill({ serving, dataDir }: TestRegistry): Promise<void> {
  const { metadata } = serving.registry.services
  await serving.registry.tree.drain()
  await until(async () => (await metadata.outbox.take(1)).length === 0)
  const head = await metadata.audit.head()
  await until(async () => {
    const noted = await readNotedHead(dataDir)
    return noted !== 'unreadable' && noted?.id === head?.id
  })
}
