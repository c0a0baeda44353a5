// `octo graph`: services, what they wait for, and the plugins that run, check and supply them, as a drawing.
import type { ConfigGraph } from '../../config/graph/config-graph.ts'
import { configGraph } from '../../config/graph/config-graph.ts'
import { mermaidOf } from '../../config/graph/mermaid.ts'
import { svgOf } from '../../config/graph/svg.ts'
import type { PluginRequest } from '../../config/model/config.ts'
import { coded } from '../../schemas/errors.ts'
import type { Lockfile } from '../../schemas/lockfile.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { ownValue } from '../../schemas/own-value.ts'
import { quote } from '../../schemas/quote.ts'
import type { Run } from '../../terminal/program.ts'
import { openContext } from '../context.ts'
import { openLockfile } from '../lockfile/lock.ts'
import type { ClientFlags } from './client-session.ts'
import { openSession } from './client-session.ts'

export type GraphFlags = ClientFlags & { readonly format?: string }

const FORMATS: Readonly<Record<string, (graph: ConfigGraph) => string>> = { mermaid: mermaidOf, svg: svgOf }

export async function graphCommand({ args, options, terminal }: Run<GraphFlags>): Promise<number> {
  const { format = 'mermaid' } = options
  const draw = ownValue(FORMATS, format)
  if (!draw) throw unknownFormat(format)
  using session = await openSession(options, terminal)
  const { config } = session
  requireServices(
    args,
    config.services.map(({ name }) => name),
  )
  const context = openContext(session.options)
  using _network = context.network
  const lock = openLockfile(context).current()
  const graph = configGraph(config, {
    ...(args.length > 0 ? { services: args } : {}),
    versionOf: (request) => lockedVersion(request, lock),
  })
  terminal.result({ json: graph, verbatim: () => draw(graph).trimEnd() })
  return 0
}

/** Where one repo alone offers it. */
function lockedVersion({ plugin, repo }: PluginRequest, { plugins }: Pick<Lockfile, 'plugins'>): string | undefined {
  const found = Object.entries(plugins).filter(([key]) =>
    repo ? key === `${repo}/${plugin}` : key.endsWith(`/${plugin}`),
  )
  const [entry] = found
  return found.length === 1 ? entry?.[1].version : undefined
}

function requireServices(wanted: readonly string[], names: readonly string[]): void {
  const unknown = wanted.find((name) => !names.includes(name))
  if (unknown === undefined) return
  const nearest = nearestWord(unknown, names)
  throw coded('USAGE', {
    message: `the config has no service ${quote(unknown)}`,
    details: { service: unknown },
    hint: nearest === undefined ? '`octo graph` draws all that there are' : `did you mean ${quote(nearest)}?`,
  })
}

function unknownFormat(format: string): Error {
  return coded('USAGE', {
    message: `a graph is drawn as \`mermaid\` or \`svg\`, found ${quote(format)}`,
    hint: '`octo graph --format svg`',
  })
}
