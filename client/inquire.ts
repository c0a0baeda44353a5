// Answers questions about plugins without changing anything: what is locked and stored, what repos offer, and why.

import type { OctoConfig, PluginRequest, RepoConfig } from '../schemas/config/config.ts'
import { requestsOf } from '../schemas/config/requests.ts'
import type { LockedPlugin, Lockfile } from '../schemas/lockfile.ts'
import type { Platform } from '../schemas/platform.ts'
import { matchOrder } from '../schemas/platform.ts'
import type { PluginDocument } from '../schemas/plugin-document.ts'
import { entryOf, gapOf } from './coverage.ts'
import { EMPTY_LOCK } from './lock.ts'
import type { Question } from './resolve/requests.ts'
import { gatherQuestions } from './resolve/requests.ts'
import type { Resolving } from './resolve-online.ts'
import { askRepos } from './resolve-online.ts'
import { checkArtifact } from './store/check.ts'
import type { Layout } from './store/layout.ts'

export type Listed = {
  readonly question: Question
  readonly entry: LockedPlugin | undefined
  /** Why the entry does not answer what the config asks. */
  readonly gap: string | undefined
  readonly state: 'installed' | 'not installed' | 'damaged' | 'no artifact'
}

/** Everything that the config asks for or the lockfile holds; no network. */
export function listPlugins(
  config: OctoConfig,
  lock: Lockfile | undefined,
  place: { layout: Layout; platform: Platform },
) {
  const known = lock ?? EMPTY_LOCK
  const questions = gatherQuestions(requestsOf(config), config.pins)
  const asked = new Set<string>(questions.map(({ plugin }) => plugin))
  const extra = Object.values(known.plugins).filter(({ plugin }) => !asked.has(plugin))
  const own = extra.map(({ plugin, repo }) => ({ plugin, repo, ranges: [], prerelease: true }))
  return [...questions, ...own].map((question): Listed => {
    const entry = entryOf(known, question)
    return { question, entry, gap: gapOf(entry, question, config), state: stateOf(entry, place) }
  })
}

function stateOf(entry: LockedPlugin | undefined, { layout, platform }: { layout: Layout; platform: Platform }) {
  const key = matchOrder(platform).find((candidate) => entry?.platforms[candidate])
  const artifact = key && entry?.platforms[key]
  if (!artifact) return entry ? 'no artifact' : 'not installed'
  const { state } = checkArtifact(layout, { ...artifact, executable: artifact.executable ?? artifact.file })
  return ({ good: 'installed', absent: 'not installed', corrupt: 'damaged' } as const)[state]
}

export type Offered = { readonly repo: RepoConfig; readonly document: PluginDocument }

/** What the repos that may offer the plugin say about it. */
export async function offersOf(request: PluginRequest, context: Resolving): Promise<readonly Offered[]> {
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
  return [...pins, ...items]
}

function rangeNote(range: string | undefined): string {
  return range === undefined ? '' : ` as ${range}`
}
