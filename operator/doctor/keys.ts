// Whose signatures the config trusts just now, and for how long yet.
import type { RepoConfig } from '../../config/model/config.ts'
import type { Digest } from '../../schemas/digest.ts'
import { hexOf } from '../../schemas/digest.ts'
import { DAY_MS } from '../../schemas/duration.ts'
import { count } from '../../terminal/index.ts'
import type { Finding } from './finding.ts'
import { finding } from './finding.ts'

/** Whoever publishes needs time to bring a new key to all its users. */
const SOON_MS = 30 * DAY_MS
const HOW_TO_RENEW = 'get the new key from whoever publishes there, and add it to `keys` of the repo in the config'

export function keyFindings(repos: readonly RepoConfig[], now: number): readonly Finding[] {
  return repos.flatMap(({ name, trust }) => {
    const subject = `keys of ${name}`
    if (trust.kind === 'unsigned')
      return [
        finding('warning', subject, 'nothing is proven: the config says `trust: unsigned`', 'name its keys instead'),
      ]
    const pinned = trust.kind === 'component' ? trust.digests.length : 0
    if (trust.kind === 'component' && trust.keys.length === 0 && pinned > 0)
      return [finding('good', `digests of ${name}`, `${count(pinned, 'component version')} may run, whoever signed`)]
    const { keys } = trust
    const counting = (keys as readonly Key[]).filter((key) => counts(key, now))
    if (counting.length === 0) return [finding('bad', subject, whyNone(keys, now), HOW_TO_RENEW)]
    const last = Math.max(...counting.map(({ to }) => to ?? Number.POSITIVE_INFINITY))
    if (last - now < SOON_MS)
      return [finding('warning', subject, `the last of them counts until ${dayOf(last)} only`, HOW_TO_RENEW)]
    const until = Number.isFinite(last) ? `, until ${dayOf(last)}` : ''
    return [finding('good', subject, `${count(counting.length, 'key')} of ${keys.length} counts now${until}`)]
  })
}

type Key = { readonly id: Digest; readonly from?: number; readonly to?: number; readonly revoked?: boolean }

function counts({ from, to, revoked }: Key, now: number): boolean {
  return !revoked && (from === undefined || now >= from) && (to === undefined || now < to)
}

function whyNone(keys: readonly Key[], now: number): string {
  const reasons = keys.map((key) => `${hexOf(key.id).slice(0, 12)} ${whyNot(key, now)}`)
  return `none counts now: ${reasons.join(', ') || 'there is none'}`
}

function whyNot({ from, to, revoked }: Key, now: number): string {
  if (revoked) return 'is revoked'
  return from !== undefined && now < from ? `counts from ${dayOf(from)} on` : `counted until ${dayOf(to ?? now)}`
}

function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10)
}
