// Keys that a config may have. A key that nobody knows gets a warning with its line and the nearest known one: octoctl
// drops it silently, which is how a typo turns a check off.
import { nearestWord } from '../nearest-word.ts'
import { quote } from '../quote.ts'
import type { ConfigWarning } from './config.ts'
import { warningAt } from './invalid.ts'
import type { MapNode } from './tree.ts'

/** Both spellings of the seeds are read. */
export const SUCCESS_KEYS = ['successThreshold', 'successTreshold'] as const
export const FAILURE_KEYS = ['failureThreshold', 'failureTreshold'] as const

export const KNOWN_KEYS = {
  root: [
    ...['name', 'projectID', 'project', 'include', 'repos', 'globals', 'configs', 'service', 'services'],
    ...['octoctl', 'operator', 'version', 'networks', 'volumes', 'secrets'],
  ],
  operator: ['repos', 'services', 'plugins', 'secrets', 'notifications', 'prompts', 'globals'],
  octoctl: [
    ...['operator', 'plugin', 'project', 'version', 'namespace', 'prefix', 'api', 'token', 'command'],
    ...['repos', 'plugins', 'prompts', 'secrets', 'notifications'],
  ],
  repo: ['url', 'gpg', 'trust', 'keys'],
  key: ['key', 'file', 'from', 'to', 'revoked'],
  pin: ['version', 'repo', 'prerelease', 'optional'],
  include: ['url', 'gpg', 'versions'],
  check: [
    ...['tool', 'args', 'toolArgs', 'enabled', 'disabled', 'interval', 'timeout', 'operators'],
    ...SUCCESS_KEYS,
    ...FAILURE_KEYS,
  ],
  service: [
    ...['preflight', 'preflightCheck', 'validate', 'health', 'healthCheck', 'init', 'hooks'],
    ...['config', 'depends', 'priority', 'replicas', 'enabled', 'disabled', 'octocompose', 'service', 'secrets'],
  ],
  hooks: ['preStart'],
} as const satisfies Record<string, readonly string[]>

/** One warning for each key that is not known; keys that start with `x-` are the user's own, as in Compose. */
export function unknownKeys(map: MapNode, known: readonly string[], where: string): ConfigWarning[] {
  return [...map.entries]
    .filter(([key]) => !known.includes(key) && !key.startsWith('x-'))
    .map(([key, node]) => warningAt(node, `unknown key ${quote(key)} in ${where} is ignored${didYouMean(key, known)}`))
}

export function didYouMean(word: string, known: readonly string[]): string {
  const nearest = nearestWord(word, known)
  return nearest === undefined ? '' : `, did you mean \`${nearest}\`?`
}
