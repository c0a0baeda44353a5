// One publisher who never rests: publishes, resumes, yanks, deprecates, quarantines, and notes every answer in a ledger,
// until the registry no longer answers.
import type { SessionAnswer, VersionAction } from '../../../schemas/api.ts'
import type { ReleaseSupply } from '../builders/release-supply.ts'
import type { Random } from '../builders/seeded-random.ts'
import type { SignedRelease } from '../builders/test-authority.ts'
import type { Flags, LedgerEntry, PublishLedger } from './publish-ledger.ts'
import type { ApiAnswer, ApiTarget } from './publish-release.ts'
import { blobsOf, callApi, openSession, parseSession } from './publish-release.ts'

type BusyPublisherDeps = {
  readonly ledger: PublishLedger
  readonly supply: ReleaseSupply
  readonly random: Random
  /** Called with every answer that acknowledges something. */
  readonly onAcknowledged: () => void
}

type Work = { readonly entry: LedgerEntry; session?: SessionAnswer }

const PIECE_BYTES = 40 * 1024

export class BusyPublisher {
  readonly #deps: BusyPublisherDeps
  /** Published by this publisher, so that no two change the same version. */
  readonly #own: LedgerEntry[] = []
  /** What the last registry died over. */
  #work: Work | undefined

  constructor(deps: BusyPublisherDeps) {
    this.#deps = deps
  }

  get isInterrupted(): boolean {
    return this.#work !== undefined || this.#own.some(({ asked }) => asked !== undefined)
  }

  /** Resolves when the registry is gone; throws when it answers what it must not. */
  async work(target: ApiTarget): Promise<void> {
    try {
      for (;;) await this.#next(target)
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }

  /** Finishes what was interrupted. */
  async finish(target: ApiTarget): Promise<void> {
    if (this.#work) await this.#publish(target, this.#work)
  }

  async #next(target: ApiTarget): Promise<void> {
    const { random, supply, ledger } = this.#deps
    const own = this.#own.filter(({ flags }) => flags.quarantined === undefined)
    if (!this.#work && own.length > 0 && random.chance(0.3)) return this.#changeState(target, random.pick(own))
    this.#work ??= { entry: ledger.add(await supply.take()) }
    await this.#publish(target, this.#work)
  }

  async #publish(target: ApiTarget, work: Work): Promise<void> {
    const { entry } = work
    const session = await continuedSession(target, work)
    work.session = session
    await uploadInPieces(target, session, entry.release)
    requireStatus(await callApi(target, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' }), [200, 201])
    entry.acknowledged = true
    entry.touched = true
    this.#own.push(entry)
    this.#work = undefined
    this.#deps.onAcknowledged()
  }

  async #changeState(target: ApiTarget, entry: LedgerEntry): Promise<void> {
    const { repo, plugin, version } = entry.release.predicate
    const { action, reason, flags } = this.#chooseChange(entry.flags)
    entry.asked = flags
    entry.touched = true
    const path = `/api/v1/repos/${repo}/plugins/${plugin}/versions/${version}/state`
    const json = { action, ...(reason === undefined ? {} : { reason }) }
    requireStatus(await callApi(target, path, { method: 'PUT', json }), [200])
    entry.flags = flags
    entry.asked = undefined
    this.#deps.onAcknowledged()
  }

  #chooseChange(flags: Flags): { readonly action: VersionAction; readonly reason?: string; readonly flags: Flags } {
    const { random } = this.#deps
    const reason = `reason ${random.below(1000)}`
    if (random.chance(0.1)) return { action: 'quarantine', reason, flags: { ...flags, quarantined: reason } }
    if (random.chance(0.3))
      return flags.deprecated === undefined
        ? { action: 'deprecate', reason, flags: { ...flags, deprecated: reason } }
        : { action: 'undeprecate', flags: { ...flags, deprecated: undefined } }
    return flags.yanked === undefined
      ? { action: 'yank', reason, flags: { ...flags, yanked: reason } }
      : { action: 'unyank', flags: { ...flags, yanked: undefined } }
  }
}

/** The session that was open before the registry died, if it is still known. */
async function continuedSession(target: ApiTarget, { entry, session }: Work): Promise<SessionAnswer> {
  if (session) {
    const known = await callApi(target, `/api/v1/publishes/${session.id}`)
    requireStatus(known, [200, 404])
    if (known.status === 200) return parseSession(known)
  }
  const opened = await openSession(target, entry.release)
  requireStatus(opened, [200, 201])
  return parseSession(opened)
}

async function uploadInPieces(target: ApiTarget, session: SessionAnswer, release: SignedRelease): Promise<void> {
  const blobs = blobsOf(release)
  for (const { digest, size, offset } of session.uploads) {
    const bytes = blobs.get(digest) ?? Buffer.alloc(0)
    for (let at = offset; at < size; ) {
      const path = `/api/v1/publishes/${session.id}/blobs/${digest}`
      const body = bytes.subarray(at, at + PIECE_BYTES)
      const answer = await callApi(target, path, { method: 'PATCH', body, headers: { 'Upload-Offset': String(at) } })
      requireStatus(answer, [204])
      at = Number(answer.headers.get('upload-offset'))
    }
  }
}

function requireStatus({ status, body }: ApiAnswer, expected: readonly number[]): void {
  if (!expected.includes(status)) throw new Error(`expected ${expected}, found ${status} ${JSON.stringify(body)}`)
}

/** What fetch throws when a connection is refused or breaks, and what a registry answers that is about to go. */
function isGone(error: unknown): boolean {
  if (error instanceof Error && /^expected .* found 503 .*"SHUTTING_DOWN"/.test(error.message)) return true
  return error instanceof TypeError && (error.message === 'fetch failed' || error.message === 'terminated')
}
