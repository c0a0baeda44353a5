// What a config needs to be installed: the plugins of all checks that may run, and those that are pinned.
import type { CheckItem, OctoConfig, PluginPin, PluginRequest } from './config.ts'
import { PHASES } from './config.ts'
import { RUN_SERVICE } from './plugin-request.ts'

/** The kind of operator that octo is, for `operators:` of checks. */
export const OPERATOR_KIND = 'baremetal'

/** Every plugin and range that the config asks for, each once, in the order of writing. */
export function requestsOf(config: OctoConfig): PluginRequest[] {
  const checks = config.services
    .filter((service) => service.enabled)
    .flatMap((service) => PHASES.flatMap((phase): readonly CheckItem[] => service.checks[phase]))
    .filter((item) => item.enabled && runsHere(item) && item.request.plugin !== RUN_SERVICE)
    .map((item) => pinned(item.request, config.pins))
  const all = [...checks, ...config.pins]
  return [...new Map(all.map((request) => [JSON.stringify(keyOf(request)), request])).values()]
}

export function runsHere(item: CheckItem): boolean {
  return item.operators === undefined || item.operators.includes(OPERATOR_KIND)
}

/** The request with what its pin says; what the request says itself comes first. */
export function pinned(request: PluginRequest, pins: readonly PluginPin[]): PluginRequest {
  const pin = pins.find(
    ({ plugin, repo }) => plugin === request.plugin && (!request.repo || !repo || repo === request.repo),
  )
  return pin ? { ...pin, ...request } : request
}

function keyOf({ plugin, repo, range, prerelease }: PluginRequest): unknown[] {
  return [plugin, repo ?? null, range ?? null, prerelease ?? false]
}
