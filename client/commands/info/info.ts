// `octo info PLUGIN[@VERSION]`: one plugin as its repo describes it, and how a release is run, as the publisher signed it.
import { parsePluginRequest } from '../../../config/model/plugin-request.ts'
import { coded } from '../../../schemas/errors.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import type { Version } from '../../../schemas/version.ts'
import { parseVersionInput } from '../../../schemas/version.ts'
import type { Run } from '../../../terminal/program.ts'
import type { ClientContext } from '../../context.ts'
import { openContext } from '../../context.ts'
import { readLock } from '../../lockfile/file.ts'
import { changesOf } from '../../query/changes.ts'
import type { Described } from '../../query/describe.ts'
import { describePlugin } from '../../query/describe.ts'
import { withNearestPlugin } from '../../resolve/nearest-plugin.ts'
import type { ClientFlags } from '../client-session.ts'
import { openSession } from '../client-session.ts'
import type { Shown } from './facts.ts'
import { toJson } from './facts.ts'
import { showPlugin } from './text.ts'

/** `changesSince` asks for them, too. */
export type InfoFlags = ClientFlags & { readonly changes?: true; readonly changesSince?: string }

export async function infoCommand({ args, options, terminal }: Run<InfoFlags>): Promise<number> {
  using session = await openSession(options, terminal)
  const context = openContext(session.options)
  using _network = context.network
  const request = parsePluginRequest(args[0] ?? '')
  const since = options.changesSince === undefined ? undefined : parseVersionInput(options.changesSince)
  const isCompared = options.changes === true || since !== undefined
  const plugins = await describePlugin(request, readLock(context.lockPath), context)
  if (plugins.length === 0)
    throw await withNearestPlugin(
      coded('PLUGIN_NOT_FOUND', {
        message: `no repo of the config offers a plugin ${quote(request.plugin)}`,
        details: { plugin: request.plugin, repos: context.config.repos.map(({ name }) => name) },
        hint: '`octo search` lists what the repos of the config offer',
      }),
      request.plugin,
      context,
    )
  const shown = await Promise.all(
    plugins.map(async (plugin): Promise<Shown> => {
      if (!isCompared) return plugin
      return { ...plugin, changes: await changesFor(plugin, since, context) }
    }),
  )
  for (const { repo, unasked } of plugins)
    if (unasked)
      terminal.info(
        `from the lockfile and the store, as ${repo.name} was not asked: ${printable(unasked.message, 300)}`,
      )
  if (options.offline && plugins.every(({ unasked }) => !unasked))
    terminal.info('offline: only copies of plugin documents from earlier were read, newer versions may exist')
  if (isCompared) for (const one of shown) if (!one.changes) terminal.info(notCompared(one))
  if (terminal.json) terminal.result({ json: shown.map(toJson), text: () => '' })
  else for (const [index, plugin] of shown.entries()) showPlugin(plugin, index, terminal)
  return 0
}

async function changesFor(plugin: Described, since: Version | undefined, context: ClientContext) {
  const entries = Object.values(readLock(context.lockPath)?.plugins ?? {})
  const locked = entries.find((entry) => entry.plugin === plugin.document.plugin)
  return changesOf(plugin, { from: since, locked }, context)
}

function notCompared({ repo, document, described, from }: Described): string {
  const name = `${repo.name}/${document.plugin}`
  if (repo.trust.kind !== 'keys')
    return `what changed in ${name} is not said, as nothing proves it: its repo is unsigned`
  if (from !== 'repo' || !described) return `what changed in ${name} is not known without asking its repo`
  return `there is no version of ${name} before ${described.version} to compare it with`
}
