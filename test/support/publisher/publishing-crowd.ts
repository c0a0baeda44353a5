// Several publishers at once, at a registry that is killed under them at a random moment.
import { setTimeout as wait } from 'node:timers/promises'
import type { ReleaseSupply } from '../builders/release-supply.ts'
import { openReleaseSupply } from '../builders/release-supply.ts'
import type { Random } from '../builders/seeded-random.ts'
import type { SigningKey } from '../builders/test-authority.ts'
import type { RegistryChild, RegistryEnd } from '../registry/registry-child.ts'
import { BusyPublisher } from './busy-publisher.ts'
import { PublishLedger } from './publish-ledger.ts'

type PublishingCrowd = {
  readonly ledger: PublishLedger
  readonly supply: ReleaseSupply
  /** Publishers who were in the middle of something when the registry died. */
  readonly interrupted: number
  /** All work until the registry is dead, whoever killed it. */
  workUntilGone(registry: RegistryChild): Promise<void>
  /** Kills it at a random moment of that. */
  workUntilKilled(registry: RegistryChild): Promise<void>
  /** The same with SIGTERM, after at least one answer that acknowledges something; gives how the registry ended. */
  workUntilStopped(registry: RegistryChild): Promise<RegistryEnd>
  /** All finish what was interrupted. */
  finish(registry: Pick<RegistryChild, 'url'>): Promise<void>
}

const PUBLISHERS = 4
const MAX_DELAY_MS = 60
const MAX_ACKNOWLEDGED = 8

type CrowdOptions = { readonly token: string; readonly key: SigningKey; readonly random: Random }

export function gatherCrowd({ token, key, random }: CrowdOptions): PublishingCrowd {
  const ledger = new PublishLedger()
  const supply = openReleaseSupply(key, random)
  let acknowledged = () => {}
  const publishers = Array.from(
    { length: PUBLISHERS },
    () => new BusyPublisher({ ledger, supply, random, onAcknowledged: () => acknowledged() }),
  )

  async function workUntilGone({ url }: RegistryChild): Promise<void> {
    await Promise.all(publishers.map((publisher) => publisher.work({ url, token })))
  }

  /** Ends the registry after `fewest` to eight answers: none is into the first requests of a fresh process, several into full work. */
  async function workUntil<T>(registry: RegistryChild, fewest: 0 | 1, end: () => Promise<T>): Promise<T> {
    const busy = Promise.withResolvers<void>()
    let left = fewest + random.below(MAX_ACKNOWLEDGED + 1 - fewest)
    acknowledged = () => {
      if (--left <= 0) busy.resolve()
    }
    if (left === 0) busy.resolve()
    const delayMs = random.below(MAX_DELAY_MS)
    const work = workUntilGone(registry)
    await Promise.race([busy.promise, work])
    await wait(delayMs)
    const ended = await end()
    await work
    return ended
  }

  return {
    ledger,
    supply,
    workUntilGone,
    get interrupted() {
      return publishers.filter(({ isInterrupted }) => isInterrupted).length
    },
    workUntilKilled: (registry) => workUntil(registry, 0, () => registry.kill()),
    workUntilStopped: (registry) => workUntil(registry, 1, () => registry.stop()),
    async finish({ url }) {
      await Promise.all(publishers.map((publisher) => publisher.finish({ url, token })))
    },
  }
}
