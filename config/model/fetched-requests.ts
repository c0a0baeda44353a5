// What a check from elsewhere may ask of a plugin. All requests for one name become one question, so a repo or range in a
// fetched check would also choose what the local checks of that name run.
import { quote } from '../../schemas/quote.ts'
import { FIELDS } from '../document/fields.ts'
import { isFromElsewhere } from '../document/node.ts'
import { refused } from '../document/refused.ts'
import type { PluginPin, PluginRequest, RepoConfig } from './config.ts'
import { canonicalName, RUN_SERVICE } from './plugin-request.ts'
import type { ReadRequest } from './services.ts'

type Known = {
  readonly repos: readonly RepoConfig[]
  /** Pins, and what checks and services of local documents ask for. */
  readonly pins: readonly PluginPin[]
  readonly checks: readonly ReadRequest[]
}

/** Throws CONFIG_INVALID for a fetched check that would decide which repo or version a name means. */
export function admitRequests(fetched: readonly ReadRequest[], known: Known): void {
  const local = Map.groupBy(
    [...known.pins, ...known.checks.map(({ item }) => item.request)],
    (request: PluginRequest) => request.plugin,
  )
  for (const check of fetched) {
    refuseRunService(check)
    const said = local.get(check.item.request.plugin) ?? []
    refuseRepo(check, said, known)
    refuseRange(check, said, known)
  }
}

/** Its words and variables decide what a program of this machine, or of a container, does: `BASH_ENV` alone is a command. */
function refuseRunService({ item, tool }: ReadRequest): void {
  // Operators of containers take it by its name alone, whatever repo stands before.
  if (canonicalName(item.request.plugin) === RUN_SERVICE && isFromElsewhere(tool))
    throw refused(tool, 'run the program of a service with words of its own (`run-service`)')
}

function refuseRepo({ item, tool }: ReadRequest, said: readonly PluginRequest[], known: Known): void {
  const { repo, plugin } = item.request
  const isOnly = known.repos.length === 1 && known.repos[0]?.name === repo
  if (repo === undefined || isOnly || said.some((request) => request.repo === repo)) return
  throw refused(tool, `say which repo ${quote(plugin)} means: ${FIELDS.tool['repo/'].means}`, {
    local: localCheck(known, plugin),
    hint: `pin it in the local config: \`operator: {plugins: {${plugin}: {repo: ${repo}}}}\``,
  })
}

function refuseRange({ item, tool }: ReadRequest, said: readonly PluginRequest[], known: Known): void {
  const { range, plugin } = item.request
  if (range === undefined || said.length === 0 || said.some((request) => request.range === range)) return
  throw refused(tool, `say which versions of ${quote(plugin)} run: ${FIELDS.tool['@range'].means}`, {
    local: localCheck(known, plugin),
    hint: `say the same in the local config: \`operator: {plugins: {${plugin}: ${JSON.stringify(range)}}}\``,
  })
}

function localCheck({ checks }: Known, plugin: string) {
  return checks.find(({ item }) => item.request.plugin === plugin)?.tool
}
