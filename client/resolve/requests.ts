// Everything that is asked of one plugin, gathered: requests of the same name, each with what its pin says, become one
// question.
import type { PluginPin, PluginRequest } from '../../config/model/config.ts'
import { pinned } from '../../config/model/requests.ts'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { parseRange } from '../../schemas/version.ts'
import type { Question } from '../sources/offer.ts'

/** Sorted by name; throws RANGE_INVALID, or NAME_AMBIGUOUS where the same name is asked from two repos. */
export function gatherQuestions(requests: readonly PluginRequest[], pins: readonly PluginPin[]): readonly Question[] {
  const names = [...new Set(requests.map(({ plugin }) => plugin))].sort()
  return names.map((plugin) => {
    const asked = requests.filter((request) => request.plugin === plugin).map((request) => pinned(request, pins))
    const repos = [...new Set(asked.flatMap(({ repo }) => repo ?? []))].sort()
    if (repos.length > 1) throw twoRepos(plugin, repos)
    return {
      plugin,
      repo: repos[0],
      ranges: [...new Set(asked.flatMap(({ range }) => (range === undefined ? [] : parseRange(range))))].sort(),
      prerelease: asked.some(({ prerelease }) => prerelease === true),
    }
  })
}

function twoRepos(plugin: Name, repos: readonly Name[]): Error {
  const shown = repos.map(quote).join(' and ')
  return coded('NAME_AMBIGUOUS', {
    message: `plugin ${quote(plugin)} is asked from ${shown}, and one name comes from one repo`,
    details: { plugin, repos },
    hint: 'name the same repo everywhere, or rename one of the plugins',
  })
}
