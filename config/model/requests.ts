// What a config needs to be installed: the plugins of all checks that may run, those that are services, its notifiers, those
// that are pinned, and its operator.
import { isCoded } from '../../schemas/errors.ts'
import type { CheckItem, OctoConfig, PluginPin, PluginRequest, ServiceConfig } from './config.ts'
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
  const enabled = config.services.filter((service) => service.enabled)
  const programs = [...programRequests(enabled), ...secretRequests(enabled)].map(({ request }) =>
    pinned(request, config.pins),
  )
  const all = [...checks, ...programs, ...notifierRequests(config), ...config.pins, ...operatorRequestOf(config)]
  return [...new Map(all.map((request) => [JSON.stringify(keyOf(request)), request])).values()]
}

/** The plugins that are services themselves. */
export function programRequests(services: readonly ServiceConfig[]) {
  return services.flatMap(({ name, spec }) =>
    isCoded(spec) || spec.program.kind !== 'plugin' ? [] : [{ name, request: spec.program.request }],
  )
}

/** The programs of services that are switched on and no plugins, by the names of their services. */
export function programsOf(services: readonly ServiceConfig[]) {
  return services.flatMap(({ name, enabled, spec }) =>
    !enabled || isCoded(spec) || spec.program.kind !== 'file' ? [] : [{ service: name, source: spec.program.source }],
  )
}

/** The plugins that give services their secrets. */
export function secretRequests(services: readonly ServiceConfig[]) {
  return services.flatMap(({ name, spec }) =>
    isCoded(spec) ? [] : spec.secrets.map(({ request, place }) => ({ name, request, place })),
  )
}

/** The plugins that tell people of what happens. */
export function notifierRequests({ notifiers = [], pins }: OctoConfig): readonly PluginRequest[] {
  return notifiers.map(({ request }) => pinned(request, pins))
}

/** The plugin that runs the services; none where octo does it itself, or nothing is said. */
export function operatorRequestOf({ operator, pins }: OctoConfig): readonly PluginRequest[] {
  return operator?.kind === 'plugin' ? [pinned(operator.request, pins)] : []
}

/** Whether only the operator is this plugin: checks run without it. */
export function isOnlyOperator(plugin: string, config: OctoConfig): boolean {
  const { operator: _, ...others } = config
  return !requestsOf(others).some((request) => request.plugin === plugin)
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
