// Answers questions about plugins without changing anything: what is locked and stored, what repos offer, and why.

import type { OctoConfig, PluginRequest, RepoConfig } from '../../config/model/config.ts'
import { operatorRequestOf, requestsOf } from '../../config/model/requests.ts'
import { isCoded, throwDefect } from '../../schemas/errors.ts'
import type { LockedPlugin, Lockfile } from '../../schemas/lockfile.ts'
import { matchOrder } from '../../schemas/platform.ts'
import type { PluginDocument } from '../../schemas/plugin-document.ts'
import { releaseName } from '../../schemas/release-name.ts'
import type { ClientContext } from '../context.ts'
import { releaseOf } from '../install/install-entry.ts'
import { proveShared } from '../install/prove-shared.ts'
import { proveStored } from '../install/prove-stored.ts'
import { entryOf, gapOf } from '../lockfile/cover.ts'
import { EMPTY_LOCK } from '../lockfile/file.ts'
import { askRepos } from '../resolve/ask-repos.ts'
import { gatherQuestions } from '../resolve/requests.ts'
import type { Question } from '../sources/offer.ts'

type Listed = {
  readonly question: Question
  /** By the config; else the lockfile alone holds it, for `octo run`. */
  readonly isAsked: boolean
  readonly entry: LockedPlugin | undefined
  /** Why the entry does not answer what the config asks. */
  readonly gap: string | undefined
  readonly state: 'installed' | 'shared' | 'not installed' | 'damaged' | 'no artifact' | 'refused'
}

/** Everything that the config asks for or the lockfile holds. With an offline context, no connection is opened. */
export async function listPlugins(lock: Lockfile | undefined, context: ClientContext): Promise<readonly Listed[]> {
  const { config } = context
  const known = lock ?? EMPTY_LOCK
  const questions = gatherQuestions(requestsOf(config), config.pins)
  const asked = new Set<string>(questions.map(({ plugin }) => plugin))
  const extra = Object.values(known.plugins).filter(({ plugin }) => !asked.has(plugin))
  const own = extra.map(({ plugin, repo }) => ({ plugin, repo, ranges: [], prerelease: true }))
  return Promise.all(
    [...questions, ...own].map(async (question) => {
      const entry = entryOf(known, question)
      return {
        question,
        isAsked: asked.has(question.plugin),
        entry,
        gap: gapOf(entry, question, config),
        state: await stateOf(entry, context),
      }
    }),
  )
}

const STATES = { good: 'installed', absent: 'not installed', corrupt: 'damaged' } as const

/** Only a proven statement says which artifact it is, so a stored release is proven here as well. */
async function stateOf(entry: LockedPlugin | undefined, context: ClientContext): Promise<Listed['state']> {
  if (!entry) return 'not installed'
  const platform = matchOrder(context.platform).find((candidate) => entry.platforms[candidate])
  if (!platform) return 'no artifact'
  try {
    const artifact = (await releaseOf(entry, context)).platforms[platform]
    if (!artifact) return 'no artifact'
    const lenient = entry.signer === 'unsigned'
    const wanted = { artifact, platform, lenient, name: releaseName(entry) }
    const own = STATES[(await proveStored(wanted, context.layout)).health.state]
    return own !== 'installed' && (await proveShared(wanted, context))?.files ? 'shared' : own
  } catch (error) {
    if (isCoded(error, 'OFFLINE') || isCoded(error, 'REPO_NOT_FOUND')) return 'not installed'
    throwDefect(error)
    return 'refused'
  }
}

export type Offered = { readonly repo: RepoConfig; readonly document: PluginDocument }

/** What the repos that may offer the plugin say about it. */
export async function offersOf(request: PluginRequest, context: ClientContext): Promise<readonly Offered[]> {
  const [question] = gatherQuestions([request], context.config.pins)
  return question ? askRepos(question, context) : []
}

/** Where the config asks for a plugin, as people would say it. */
export function askersOf(plugin: string, config: OctoConfig): readonly string[] {
  const pins = config.pins
    .filter((pin) => pin.plugin === plugin)
    .map(({ range }) => `pinned in the config${rangeNote(range)}`)
  const items = config.services.flatMap((service) =>
    Object.entries(service.checks).flatMap(([phase, checks]) =>
      checks
        .filter(({ request }) => request.plugin === plugin)
        .map(
          ({ request, place }) =>
            `${phase} of service ${service.name}${rangeNote(request.range)}, ${place.file}:${place.line ?? '?'}`,
        ),
    ),
  )
  const operators = operatorRequestOf(config)
    .filter((request) => request.plugin === plugin)
    .map(() => `the operator ${config.operator?.name} of the config`)
  return [...pins, ...items, ...operators]
}

function rangeNote(range: string | undefined): string {
  return range === undefined ? '' : ` as ${range}`
}
