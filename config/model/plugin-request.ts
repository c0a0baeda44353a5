// How a config and the command line name a plugin: `[repo/]name[@range]`, with the names that older configs gave it.
import { coded } from '../../schemas/errors.ts'
import { parseName } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { parseRange } from '../../schemas/version.ts'
import type { PluginRequest } from './config.ts'

/** Names that OctoCompose's documents of several years gave to the same plugin. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['check-open-port', 'check-tcp-port'],
  ['check-open-tcp-port', 'check-tcp-port'],
  ['operator-run', 'run-service'],
  ['run', 'run-service'],
])

/** Not a plugin: the operator itself runs the service. */
export const RUN_SERVICE = 'run-service'

/** Reads `[repo/]name[@range]`; throws NAME_INVALID or RANGE_INVALID. A name behind `repo/` is taken as it is. */
export function parsePluginRequest(text: string): PluginRequest {
  // An empty range would mean any version; whoever typed `name@` meant to say one.
  if (text.endsWith('@')) throw coded('RANGE_INVALID', { message: `${quote(text)} ends before its version range` })
  const at = text.indexOf('@')
  const full = at < 0 ? text : text.slice(0, at)
  const slash = full.indexOf('/')
  const range = at < 0 ? undefined : text.slice(at + 1)
  return {
    plugin: parseName(slash < 0 ? canonicalName(full) : full.slice(slash + 1), 'plugin'),
    ...(slash < 0 ? {} : { repo: parseName(full.slice(0, slash), 'repo') }),
    ...(range === undefined ? {} : { range: parseRange(range) }),
  }
}

export function canonicalName(name: string): string {
  return ALIASES.get(name) ?? name
}
