// What artifacts hold, looked at once each: platforms that share bytes share the look, and what was found good is remembered.
// Time is shared out among tokens, and a look ends with the request that asked for it.
import type { ArtifactUse } from '../../client/verify/inspect-artifact.ts'
import { inspectSharedArtifact } from '../../client/verify/inspect-artifact.ts'
import { digestOf } from '../../schemas/digest.ts'
import { stableJson } from '../../schemas/json.ts'
import type { Platform } from '../../schemas/platform.ts'
import type { ReleasePredicate } from '../../schemas/release-statement.ts'
import type { BlobStore } from '../blobs/disk.ts'
import type { ProofBudget } from './proof-budget.ts'
import type { Slots } from './slots.ts'

export type Inspections = {
  /** Throws what the look throws, RATE_LIMITED, or the reason of the signal. Blobs must be live. */
  inspect(platforms: ReleasePredicate['platforms'], asked: Asked): Promise<void>
}

export type Asked = {
  /** The token for which time is spent. */
  readonly owner: string
  readonly signal: AbortSignal
}

export type InspectionDeps = {
  readonly blobs: Pick<BlobStore, 'read'>
  readonly slots: Slots
  readonly budget: ProofBudget
}

const MAX_REMEMBERED = 4096

export function createInspections({ blobs, slots, budget }: InspectionDeps): Inspections {
  /** Digests of what was found good: bytes, and all that was said about them. */
  const good = new Set<string>()

  async function look(uses: readonly ArtifactUse[], { owner, signal }: Asked): Promise<void> {
    const [first] = uses
    const name = digestOf(stableJson(uses))
    if (!first || good.has(name)) return
    await slots.run(owner, signal, async () => {
      budget.admit(owner)
      const startedAt = performance.now()
      try {
        await inspectSharedArtifact({ chunks: stoppable(blobs.read(first.artifact.digest), signal), uses })
      } finally {
        budget.spend(owner, performance.now() - startedAt)
      }
    })
    remember(good, name)
  }

  return {
    async inspect(platforms, asked) {
      const uses = Object.entries(platforms).map(([platform, artifact]) => ({
        artifact,
        platform: platform as Platform,
      }))
      for (const shared of Map.groupBy(uses, ({ artifact }) => artifact.digest).values()) await look(shared, asked)
    },
  }
}

async function* stoppable(chunks: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    signal.throwIfAborted()
    yield chunk
  }
}

function remember(good: Set<string>, name: string): void {
  const [oldest] = good
  if (good.size >= MAX_REMEMBERED && oldest !== undefined) good.delete(oldest)
  good.add(name)
}
