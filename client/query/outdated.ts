// What `octo update` would move, and what there is beyond that: for each plugin that the config asks for, what is locked, the newest that
// its ranges let through and the newest of all. Neither config nor lockfile is changed.
import { requestsOf } from '../../config/model/requests.ts'
import type { CodedError } from '../../schemas/errors.ts'
import type { LockedPlugin, Lockfile } from '../../schemas/lockfile.ts'
import type { VersionState } from '../../schemas/plugin-document.ts'
import type { Version } from '../../schemas/version.ts'
import type { VersionStep } from '../../schemas/version-step.ts'
import { stepBetween } from '../../schemas/version-step.ts'
import { inParallel, settled } from '../../system/async/limit.ts'
import { octoVersion } from '../../system/octo-version.ts'
import type { WhyLeft } from '../api.ts'
import type { ClientContext } from '../context.ts'
import { entryOf } from '../lockfile/cover.ts'
import { EMPTY_LOCK } from '../lockfile/file.ts'
import { newestOf } from '../resolve/newest-of.ts'
import { gatherQuestions } from '../resolve/requests.ts'
import { chooseOnline } from '../resolve/resolve-online.ts'
import { whyLeft } from '../resolve/why-left.ts'
import type { Question } from '../sources/offer.ts'
import { signerOf } from './signer-of.ts'

const PARALLEL = 8

export type OutdatedPlugin = {
  readonly question: Question
  readonly locked: LockedPlugin | undefined
  /** Absent where it could not be found out, as `error` says. */
  readonly found?: Found
  readonly error?: CodedError
}

type Found = {
  readonly repo: string
  /** What `octo update` would lock. */
  readonly wanted: Version
  readonly step: VersionStep | undefined
  readonly left: WhyLeft | undefined
  /** Who signed it, where it is not what is locked: a key, or why none is believed. */
  readonly signer: string | undefined
  readonly refused: CodedError | undefined
  /** Of all that is offered, whatever is asked for. */
  readonly newest: Version
  readonly newestStep: VersionStep | undefined
  /** Of what is locked. */
  readonly state: VersionState | 'not offered' | undefined
  readonly reason: string | undefined
  readonly deprecated: string | undefined
}

/** `names`: only these; all when empty. */
export async function findOutdated(
  lock: Lockfile | undefined,
  names: readonly string[],
  context: ClientContext,
): Promise<readonly OutdatedPlugin[]> {
  const { config } = context
  const questions = gatherQuestions(requestsOf(config), config.pins).filter(
    ({ plugin }) => names.length === 0 || names.includes(plugin),
  )
  return inParallel(questions, PARALLEL, async (question) => {
    const locked = entryOf(lock ?? EMPTY_LOCK, question)
    const look = await settled(() => lookAt(question, locked, context))
    return { question, locked, ...(look.state === 'done' ? { found: look.value } : { error: look.error }) }
  })
}

/** Whether `octo update` would change something, or what is locked was withdrawn. */
export function isOutdated({ locked, found }: OutdatedPlugin): boolean {
  if (!found) return false
  return locked?.version !== found.wanted || found.state !== 'active'
}

async function lookAt(question: Question, locked: LockedPlugin | undefined, context: ClientContext): Promise<Found> {
  const { choice } = await chooseOnline(question, { entry: locked, isKept: false }, context)
  const { document, version, repo } = choice
  const own = document.versions.find((each) => each.version === locked?.version)
  const newest = newestOf(document, [version.version, ...(locked ? [locked.version] : [])]) ?? version
  return {
    repo: repo.name,
    wanted: version.version,
    step: locked && stepBetween(locked.version, version.version),
    left: whyLeft(choice, locked, octoVersion()),
    ...(await signerOf(choice, locked, context)),
    newest: newest.version,
    newestStep: locked && stepBetween(locked.version, newest.version),
    state: locked && (own?.state ?? 'not offered'),
    reason: own?.reason,
    deprecated: own?.deprecated,
  }
}
