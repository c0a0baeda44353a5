// `octo why`: who asks for a plugin, which repo and version it got and why, who signed it, and what else there is.

import type { PluginRequest } from '../../config/model/config.ts'
import { parsePluginRequest } from '../../config/model/plugin-request.ts'
import { requestsOf } from '../../config/model/requests.ts'
import { coded } from '../../schemas/errors.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import { printable, quote } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'
import { isPrerelease } from '../../schemas/version.ts'
import { settled } from '../../system/async/limit.ts'
import { octoVersion } from '../../system/octo-version.ts'
import type { Run } from '../../terminal/program.ts'
import type { ClientContext } from '../context.ts'
import { openContext } from '../context.ts'
import { openLockfile } from '../lockfile/lock.ts'
import type { Offered } from '../query/inspect.ts'
import { askersOf, listPlugins, offersOf } from '../query/inspect.ts'
import { signerOf } from '../query/signer-of.ts'
import { withNearestPlugin } from '../resolve/nearest-plugin.ts'
import { pickVersion } from '../resolve/pick-version.ts'
import { gatherQuestions } from '../resolve/requests.ts'
import { warningsOf } from '../resolve/resolver.ts'
import type { ClientFlags } from './client-session.ts'
import { openSession } from './client-session.ts'

export async function whyCommand({ args, options, terminal }: Run<ClientFlags>): Promise<number> {
  using session = await openSession(options, terminal)
  const context = openContext(session.options)
  using _network = context.network
  const { config } = context
  const request = parsePluginRequest(args[0] ?? '')
  const lock = openLockfile(context).current()
  const listed = (await listPlugins(lock, context)).find(({ question }) => question.plugin === request.plugin)
  const offers = await offersOf(request, context)
  const answer = {
    plugin: request.plugin,
    askedBy: askersOf(request.plugin, config),
    locked: listed?.entry ?? null,
    gap: listed?.gap ?? null,
    state: listed?.state ?? 'not installed',
    warnings: offers.flatMap((offer) => warningsOfLocked(offer, listed?.entry)),
    offers: await explainOffers(offers, { request, locked: listed?.entry }, context),
  }
  if (answer.askedBy.length === 0 && !answer.locked && answer.offers.length === 0)
    throw await withNearestPlugin(
      coded('PLUGIN_NOT_FOUND', {
        message: `nobody asks for a plugin ${quote(request.plugin)}, it is not locked, and no repo of the config offers it`,
        details: { plugin: request.plugin, repos: config.repos.map(({ name }) => name) },
        hint: '`octo search` lists what the repos of the config offer',
      }),
      request.plugin,
      context,
    )
  terminal.result({
    json: answer,
    text: () =>
      textOf(answer)
        .map((line) => printable(line, 500))
        .join('\n'),
  })
  return 0
}

type Explained = { readonly repo: string; readonly url: string; readonly choice: string }

/** Nobody looks at a version again that is locked, so this says what became of it. */
function warningsOfLocked({ repo, document }: Offered, locked: LockedPlugin | undefined): readonly string[] {
  const version = document.versions.find((candidate) => candidate.version === locked?.version)
  return version && locked?.repo === repo.name ? warningsOf(repo, document, version) : []
}

type Asked = { readonly request: PluginRequest; readonly locked: LockedPlugin | undefined }

async function explainOffers(
  offers: readonly Offered[],
  { request, locked }: Asked,
  context: ClientContext,
): Promise<readonly Explained[]> {
  const own = requestsOf(context.config).filter(({ plugin }) => plugin === request.plugin)
  const [question] = gatherQuestions(own.length > 0 ? own : [request], context.config.pins)
  if (!question) return []
  const explain = async (offer: Offered) => {
    const { repo, document } = offer
    const { version, reason } = pickVersion(document, question, { operatorVersion: octoVersion() })
    const { refused } = await signerOf({ ...offer, version }, locked?.repo === repo.name ? locked : undefined, context)
    return refused
      ? `would give nothing now: ${version.version} is refused: ${refused.message}`
      : `would give ${version.version} now: ${reason}`
  }
  return Promise.all(
    offers.map(async (offer) => {
      const chosen = await settled(() => explain(offer))
      const choice = chosen.state === 'done' ? chosen.value : `would give nothing now: ${chosen.error.message}`
      return { repo: offer.repo.name, url: offer.repo.url, choice }
    }),
  )
}

type Answer = {
  readonly plugin: string
  readonly askedBy: readonly string[]
  readonly locked: {
    version: string
    repo: string
    url: string
    signer: string
    serial: number
    ranges: string[]
  } | null
  readonly gap: string | null
  readonly state: string
  readonly warnings: readonly string[]
  readonly offers: readonly Explained[]
}

function textOf({ plugin, askedBy, locked, gap, state, warnings, offers }: Answer): string[] {
  const lockLines = locked
    ? [
        `locked:  ${locked.version} from repo ${locked.repo} (${locked.url}), answering ${locked.ranges.join(' and ') || (isPrerelease(locked.version as Version) ? 'any version, pre-releases included' : 'any stable version')}`,
        `signer:  ${locked.signer}`,
        `store:   ${state}`,
        ...(gap ? [`gap:     ${gap}`] : []),
        ...warnings.map((warning) => `warning: ${warning}`),
      ]
    : ['locked:  no']
  return [
    plugin,
    ...(askedBy.length > 0 ? askedBy : ['nobody in the config']).map((asker) => `asked:   ${asker}`),
    ...lockLines,
    ...offers.map(({ repo, choice }) => `offered: repo ${repo} ${choice}`),
    ...(offers.length > 1 ? ['several repos offer the name: it has to be pinned to one of them'] : []),
  ]
}
