// Does the lockfile answer a question as the config puts it today? Pure.
import type { OctoConfig, RepoConfig } from '../../config/model/config.ts'
import { coded } from '../../schemas/errors.ts'
import type { LockedPlugin, Lockfile } from '../../schemas/lockfile.ts'
import { quote } from '../../schemas/quote.ts'
import { answers } from '../resolve/pick-version.ts'
import type { Question } from '../sources/offer.ts'

/** The lockfile's entry for the plugin, whether or not it still answers; throws NAME_AMBIGUOUS when it has two. */
export function entryOf(lock: Lockfile, { plugin, repo }: Question): LockedPlugin | undefined {
  const entries = Object.values(lock.plugins).filter(
    (entry) => entry.plugin === plugin && (repo === undefined || entry.repo === repo),
  )
  if (entries.length < 2) return entries[0]
  throw coded('NAME_AMBIGUOUS', {
    message: `plugin ${quote(plugin)} is locked from ${entries.map((entry) => quote(entry.repo)).join(' and ')}, and one name comes from one repo`,
    details: { plugin, repos: entries.map((entry) => entry.repo) },
    hint: `pin it in the config: \`operator: {plugins: {${plugin}: {repo: NAME}}}\``,
  })
}

/** Why the entry does not answer the question; undefined when it does. */
export function gapOf(entry: LockedPlugin | undefined, question: Question, config: OctoConfig): string | undefined {
  const name = quote(question.plugin)
  if (!entry) return `${name} is not in it`
  const repo = repoOf(config, entry)
  if (!repo) return `${name} is locked from repo ${quote(entry.repo)}, which the config does not have`
  if (repo.url !== entry.url)
    return `${name} is locked from ${quote(entry.url)}, and repo ${quote(repo.name)} is ${quote(repo.url)} now`
  if ((repo.trust.kind === 'unsigned') !== (entry.signer === 'unsigned'))
    return `${name} is locked ${entry.signer === 'unsigned' ? 'without' : 'with'} a signature, and the config’s trust says otherwise`
  if (answers(entry.version, question)) return undefined
  return `${quote(`${question.plugin}@${entry.version}`)} is locked, and ${question.ranges.map(quote).join(' and ') || 'a stable version'} is asked for`
}

export function repoOf(config: OctoConfig, { repo }: Pick<LockedPlugin, 'repo'>): RepoConfig | undefined {
  return config.repos.find(({ name }) => name === repo)
}
