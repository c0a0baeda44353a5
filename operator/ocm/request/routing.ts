// Which plugin a call is for: the one that is named, or the one that declares the type which the call is about.
import type { DeclaredType } from '../../../schemas/contract/ocm/capabilities.ts'
import { routedTypes } from '../../../schemas/contract/ocm/capabilities.ts'
import type { Capability } from '../../../schemas/contract/ocm/contracts.ts'
import { CAPABILITIES, CONTRACTS } from '../../../schemas/contract/ocm/contracts.ts'
import type { Contract, Endpoint } from '../../../schemas/contract/ocm/endpoints.ts'
import { isCalled } from '../../../schemas/contract/ocm/type-name.ts'
import { coded } from '../../../schemas/errors.ts'
import { nearestWord } from '../../../schemas/nearest-word.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { quote } from '../../../schemas/quote.ts'
import type { HostPlugin } from '../plugin.ts'
import { isBuiltIn } from '../plugin.ts'

type NamedEndpoint = { readonly capability: Capability; readonly name: string; readonly endpoint: Endpoint }

/** What is asked for: an endpoint by its name, or with its capability before it. */
export type Question = {
  readonly endpoint: string
  readonly request: unknown
  /** The plugin by its name; any that has the type when absent. */
  readonly plugin?: string | undefined
  /** What the call is about, where the request does not say it. */
  readonly type?: string | undefined
}

export type Route = NamedEndpoint & {
  readonly plugin: HostPlugin
  /** What the plugin declares for the type of the call; absent where nobody said a type. */
  readonly declared?: DeclaredType
}

/** Throws CONTRACT_UNSUPPORTED where no plugin is meant, or more than one is. */
export function routeCall(question: Question, plugins: readonly HostPlugin[]): Route {
  const endpoints = endpointsCalled(question.endpoint)
  const named = question.plugin === undefined ? plugins : plugins.filter(({ name }) => name === question.plugin)
  if (named.length === 0) throw unknownPlugin(question.plugin, plugins)
  const all = named.flatMap((plugin) => endpoints.flatMap((endpoint) => routesTo(plugin, endpoint, question)))
  const own = all.filter(({ plugin }) => isBuiltIn(plugin))
  // As in OCM, so that no file that lies somewhere takes over what is octo's own.
  const routes = own.length > 0 ? own : all
  const [route, other] = routes
  if (!route) throw nobody(question, endpoints, named)
  if (other) throw several(question, routes)
  return route
}

/** Every endpoint of that name; throws USAGE where there is none. */
function endpointsCalled(words: string): readonly NamedEndpoint[] {
  const found = ALL.filter(({ capability, name }) => name === words || `${capability}.${name}` === words)
  if (found.length > 0) return found
  const known = [...new Set(ALL.map(({ name }) => name))]
  const nearest = nearestWord(words.split('.').at(-1) ?? '', known)
  throw coded('USAGE', {
    message: `there is no endpoint ${quote(words)}${nearest ? `, did you mean ${quote(nearest)}?` : ''}`,
    details: { endpoint: words, known },
    hint: `they are ${known.map(quote).join(', ')}`,
  })
}

const ALL: readonly NamedEndpoint[] = CAPABILITIES.flatMap((capability) => {
  const { endpoints }: Contract = CONTRACTS[capability]
  return Object.entries(endpoints).map(([name, endpoint]) => ({ capability, name, endpoint }))
})

function routesTo(plugin: HostPlugin, named: NamedEndpoint, question: Question): readonly Route[] {
  const type = question.type ?? typeIn(question.request, named.endpoint)
  return plugin.capabilities.capabilities
    .filter(({ capability }) => capability === named.capability)
    .flatMap((offered): Route[] => {
      if (type === undefined) return question.plugin === undefined ? [] : [{ ...named, plugin }]
      const declared = routedTypes(offered).find((one) => isCalled(one, type))
      return declared ? [{ ...named, plugin, declared }] : []
    })
}

/** The typed object that a request is about; undefined where it has none. */
export function subjectOf(request: unknown, { subject }: Endpoint): unknown {
  return subject?.reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], request)
}

function typeIn(request: unknown, endpoint: Endpoint): string | undefined {
  const found = subjectOf(request, endpoint) as { type?: unknown } | null | undefined
  return typeof found?.type === 'string' ? found.type : undefined
}

function unknownPlugin(name: string | undefined, plugins: readonly HostPlugin[]): Error {
  const known = plugins.map((plugin) => plugin.name)
  return coded('PLUGIN_NOT_FOUND', {
    message: name === undefined ? 'there is no service plugin' : `there is no service plugin ${quote(name)}`,
    details: { ...omitUndefined({ plugin: name }), known },
    hint: 'those that there are: `octo plugin ls`',
  })
}

function nobody(question: Question, endpoints: readonly NamedEndpoint[], plugins: readonly HostPlugin[]): Error {
  const { endpoint, plugin, type, request } = question
  const asked = type ?? endpoints.map((one) => typeIn(request, one.endpoint)).find((found) => found !== undefined)
  const who = plugin === undefined ? 'no plugin has' : `plugin ${quote(plugin)} does not have`
  const what = asked === undefined ? '' : ` for the type ${quote(asked)}`
  const isUnclear = asked === undefined && plugin === undefined && plugins.some((one) => hasOneOf(one, endpoints))
  return coded('CONTRACT_UNSUPPORTED', {
    message: isUnclear
      ? `the request says no type, by which a plugin is chosen for ${quote(endpoint)}`
      : `${who} ${quote(endpoint)}${what}`,
    details: { endpoint, ...omitUndefined({ plugin, type: asked }) },
    hint: isUnclear ? 'say whom it is for: `--plugin NAME` or `--type TYPE`' : 'what plugins have: `octo plugin ls`',
  })
}

function hasOneOf(plugin: HostPlugin, endpoints: readonly NamedEndpoint[]): boolean {
  return plugin.capabilities.capabilities.some((has) =>
    endpoints.some(({ capability }) => capability === has.capability),
  )
}

function several({ endpoint }: Question, routes: readonly Route[]): Error {
  const found = routes.map(({ plugin, capability }) => `${plugin.name} (${capability})`)
  return coded('NAME_AMBIGUOUS', {
    message: `several plugins have ${quote(endpoint)}: ${found.map(quote).join(', ')}`,
    details: { endpoint, found },
    hint:
      new Set(routes.map(({ capability }) => capability)).size > 1
        ? 'say which: `--plugin NAME`, or `CAPABILITY.ENDPOINT`'
        : 'say which: `--plugin NAME`',
  })
}
