// A repo at several addresses: its own first, then its mirrors in the order of the config. What they give is proven as always, so a
// mirror decides nothing: one that is not there, is behind or gives other bytes is named and passed over. Each is asked as the host
// that it is, with its own login.
import type { RepoConfig } from '../../config/model/config.ts'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { coded, isCoded, throwDefect } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import type { RetryOptions } from '../../system/http/retry.ts'
import { isTransient } from '../../system/http/retry.ts'
import type { ClientContext } from '../context.ts'
import type { FetchDocument } from '../network.ts'
import type { RepoAddress } from './repo-address.ts'
import { repoAddressOf } from './repo-address.ts'

export type Place = { readonly url: URL; readonly isMirror: boolean }
export type RepoPlace = Place & { readonly address: RepoAddress }

export function placesAt(own: URL, mirrors: readonly URL[]): readonly Place[] {
  return [{ url: own, isMirror: false }, ...mirrors.map((url) => ({ url, isMirror: true }))]
}

export function placesOf({ url, mirrors = [] }: Pick<RepoConfig, 'url' | 'mirrors'>): readonly RepoPlace[] {
  return [url, ...mirrors].map((each, index) => {
    const address = repoAddressOf(each)
    return { url: address.yaml, isMirror: index > 0, address }
  })
}

type Asking = Pick<ClientContext, 'network' | 'report'> & {
  /** What is wanted, for messages. */
  readonly subject: string
  /** The bytes are known by their digest, so that it does not matter who gives them, or what else the repo itself says. */
  readonly isPinned?: boolean
}

/**
 * Where there are others to ask, each is asked once, and for a moment only: that is quicker than to wait for one that is down, or for a
 * firewall that answers nothing. When none gives anything, the repo itself is waited for as if it were alone.
 */
const ONCE: RetryOptions = { attempts: 1, firstWaitMs: 0, maxWaitMs: 0, answerMs: 5_000 }

/** How often a place is asked before the next one is; undefined: as where there is no other. */
export type Patience = RetryOptions | undefined

export function patiently(fetch: FetchDocument, patience: Patience): FetchDocument {
  return (url, maxBytes) => fetch(url, maxBytes, patience)
}

/** What the first place gives that gives something of use; throws what the repo's own address failed with when none does. */
export async function firstOf<At extends Place, Result>(
  places: readonly At[],
  act: (place: At, patience: Patience) => Promise<Result>,
  asking: Asking,
): Promise<Result> {
  const own = places[0] as At
  if (places.length === 1) return act(own, undefined)
  const { silent } = asking.network
  // A host that did not answer a moment ago is asked last: whoever waits has waited for it once.
  const inOrder = places.toSorted((left, right) => Number(silent.has(hostOf(left))) - Number(silent.has(hostOf(right))))
  const failed = new Map<At, unknown>()
  for (const place of inOrder) {
    try {
      const result = await act(place, ONCE)
      if (place.isMirror) tellOfUse(place, failed, asking)
      return result
    } catch (error) {
      throwDefect(error)
      if (!isPassedOver(error, place, asking)) throw error
      if (isCoded(error, 'FETCH_FAILED')) silent.add(hostOf(place))
      if (place.isMirror) tellOfFailure(place, error, asking)
      failed.set(place, error)
    }
  }
  if (isTransient(failed.get(own))) return act(own, undefined)
  throw failed.get(own)
}

/** About a mirror that gives nothing of use; never shown as such. */
export function mirrorLacks(place: Place, problem: string): Error {
  return coded('PLUGIN_NOT_FOUND', { message: problem, details: { mirror: shownAddress(place.url) } })
}

/** Says nothing about the repo: whoever runs it may mend it, and others have the same. */
const OF_THE_WAY: ReadonlySet<ErrorCode> = new Set(['FETCH_FAILED', 'OFFLINE'])
const OF_THE_BYTES: ReadonlySet<ErrorCode> = new Set(['FETCH_REFUSED', 'DIGEST_MISMATCH', 'SIZE_MISMATCH'])
const OF_A_MIRROR: ReadonlySet<ErrorCode> = new Set([
  ...OF_THE_WAY,
  ...OF_THE_BYTES,
  ...(['DOCUMENT_MISMATCH', 'FORMAT_INVALID', 'JSON_INVALID', 'TEXT_INVALID', 'LIMIT_EXCEEDED'] as const),
  ...(['REPO_NOT_FOUND', 'PLUGIN_NOT_FOUND', 'UNAUTHENTICATED'] as const),
])

/** What the repo itself says counts, and no mirror is asked whether it says otherwise. */
function isPassedOver(error: CodedError, { isMirror }: Place, { isPinned }: Asking): boolean {
  if (isMirror) return OF_A_MIRROR.has(error.code)
  if (OF_THE_WAY.has(error.code)) return true
  return isPinned ? OF_THE_BYTES.has(error.code) : isTransient(error)
}

function hostOf({ url }: Place): string {
  return url.host || url.href
}

/** Once for each mirror: a person wants to know, and not of every file. */
function tellOfUse(place: Place, failed: ReadonlyMap<Place, unknown>, { subject, report, network }: Asking): void {
  const { size } = network.toldMirrors
  if (network.toldMirrors.add(hostOf(place)).size === size) return
  const own = [...failed].find(([{ isMirror }]) => !isMirror)?.[1]
  const why = isCoded(own) ? `: ${own.message}` : ''
  report.info?.(`mirror ${quote(shownAddress(place.url))} is used, for ${quote(subject)} first${why}`)
}

function tellOfFailure({ url }: Place, { message }: CodedError, { subject, report }: Asking): void {
  report.warn?.(`mirror ${quote(shownAddress(url))} is passed over for ${quote(subject)}: ${message}`)
}
