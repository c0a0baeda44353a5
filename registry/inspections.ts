// What releases hold, looked at once each: platforms that share bytes share the look, what was found good is remembered for
// all, and what was refused for its session: asking to publish that again costs nobody any time.
// Time is shared out among tokens, and a look ends with the request that asked for it.
import { setImmediate } from 'node:timers/promises'
import type { Digest } from '../schemas/digest.ts'
import { digestOf } from '../schemas/digest.ts'
import type { ErrorCode } from '../schemas/error-codes.ts'
import { isCoded } from '../schemas/errors.ts'
import { stableJson } from '../schemas/json.ts'
import type { Platform } from '../schemas/platform.ts'
import type { ReleasePredicate } from '../schemas/release-statement.ts'
import type { Slots } from '../system/async/slots.ts'
import type { ArtifactUse } from '../trust/artifact/inspect-artifact.ts'
import { inspectSharedArtifact } from '../trust/artifact/inspect-artifact.ts'
import type { BlobStore } from './blobs/store.ts'
import type { ProofBudget } from './budgets/proof-budget.ts'

export type Inspections = {
  /** Reads what was signed: `act`, whose time is the token's too. `name` is a digest of all that it looks at. Throws what it throws, or RATE_LIMITED. */
  read<T>(name: Digest, asked: Asked, act: () => T): Promise<T>
  /** Throws what the look throws, RATE_LIMITED, or the reason of the signal. Blobs must be live. */
  inspect(platforms: ReleasePredicate['platforms'], asked: Asked): Promise<void>
}

type Asked = {
  /** The token for which time is spent. */
  readonly owner: string
  /** Its id: the same session is told the same without another look. */
  readonly session: string
  readonly signal: AbortSignal
}

type InspectionDeps = {
  readonly blobs: Pick<BlobStore, 'open'>
  readonly slots: Slots
  readonly budget: ProofBudget
}

/** What the bytes of a digest are refused for. Anything else, such as a disk that gives other bytes, may pass. */
const LASTING: readonly ErrorCode[] = [
  'ARCHIVE_MALFORMED',
  'ARCHIVE_ENTRY_UNSAFE',
  'BUNDLE_MALFORMED',
  'LIMIT_EXCEEDED',
  'PLATFORM_MISMATCH',
  'PROGRAM_UNSAFE',
  'SIGNATURE_INVALID',
  'STATEMENT_MISMATCH',
]
const MAX_REMEMBERED = 4096

export function createInspections({ blobs, slots, budget }: InspectionDeps): Inspections {
  /** Digests of what was found good: bytes, and all that was said about them. */
  const good = new Map<string, true>()
  /** Refusals by session and digest of what was looked at. */
  const refused = new Map<string, Error>()

  async function inspectOnce(digest: Digest, uses: readonly ArtifactUse[], asked: Asked): Promise<void> {
    const name = digestOf(stableJson(uses))
    if (good.has(name)) return
    const { signal } = asked
    await counted(name, asked, () => inspectSharedArtifact({ chunks: stoppable(blobs.open(digest), signal), uses }))
    remember(good, name, true)
  }

  async function counted<T>(name: Digest, { owner, session, signal }: Asked, act: () => T | Promise<T>): Promise<T> {
    const place = `${session} ${name}`
    const known = refused.get(place)
    if (known) throw known
    return slots.run(owner, signal, async () => {
      budget.admit(owner)
      const startedAt = performance.now()
      try {
        return await act()
      } catch (error) {
        if (!signal.aborted && isCoded(error) && LASTING.includes(error.code)) remember(refused, place, error)
        throw error
      } finally {
        budget.spend(owner, performance.now() - startedAt)
        // Whoever wants something else gets a turn between two looks, which may not have waited for anything.
        await setImmediate()
      }
    })
  }

  return {
    read: counted,
    async inspect(platforms, asked) {
      const uses = Object.entries(platforms).map(([platform, artifact]) => ({
        artifact,
        platform: platform as Platform,
      }))
      const byBytes = Map.groupBy(uses, ({ artifact }) => artifact.digest)
      for (const [digest, shared] of byBytes) await inspectOnce(digest, shared, asked)
    },
  }
}

async function* stoppable(chunks: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    signal.throwIfAborted()
    yield chunk
  }
}

function remember<T>(found: Map<string, T>, name: string, what: T): void {
  const [oldest] = found.keys()
  if (found.size >= MAX_REMEMBERED && oldest !== undefined) found.delete(oldest)
  found.set(name, what)
}
