// The plugins that a config asks for where it names no repo: whoever starts, checks or tells would find that out first. A repo that is
// named and not there is refused where it is named. Pure.
import type { CodedError } from '../../schemas/errors.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { OctoConfig, PluginRequest, ServiceConfig } from './config.ts'
import { PHASES } from './config.ts'
import { programRequests, requestsOf, secretRequests } from './requests.ts'

type Asked = { readonly request: PluginRequest; readonly place?: ServiceConfig['place'] | undefined }

/** One for each plugin, where it is asked for first. Not for what runs the services: other operators read the config, too. */
export function unservedPlugins({ operator: _, ...config }: OctoConfig): readonly CodedError[] {
  if (config.repos.length > 0) return []
  const places = new Map(
    askedIn(config)
      .toReversed()
      .flatMap(({ request, place }) => (place ? [[request.plugin, place] as const] : [])),
  )
  const plugins = new Set(requestsOf(config).flatMap(({ plugin, repo }) => (repo === undefined ? [plugin] : [])))
  return [...plugins].map((plugin) =>
    coded('CONFIG_INVALID', {
      message: `no plugin ${quote(plugin)}: the config names no repo`,
      details: { plugin, ...places.get(plugin) },
      hint: 'add one: `octo add ADDRESS --key KEY`, as whoever publishes there gives them',
    }),
  )
}

function askedIn({ services, notifiers = [] }: OctoConfig): readonly Asked[] {
  const enabled = services.filter((service) => service.enabled)
  return [
    ...enabled.flatMap(({ checks }) => PHASES.flatMap((phase) => checks[phase])),
    ...secretRequests(enabled),
    ...programRequests(enabled).map(({ name, request }) => ({
      request,
      place: enabled.find((service) => service.name === name)?.place,
    })),
    ...notifiers,
  ]
}
