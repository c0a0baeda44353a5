// `octo add PLUGIN[@RANGE]`: a pin in the config, once a repo offers the plugin and its release is proven, and the lockfile with it.

import type { PluginRequest } from '../../../config/model/config.ts'
import { parsePluginRequest } from '../../../config/model/plugin-request.ts'
import { isCheck } from '../../../schemas/check-snippet.ts'
import type { LockedPlugin } from '../../../schemas/lockfile.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import { isPrerelease } from '../../../schemas/version.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { openContext } from '../../context.ts'
import { openClient } from '../../index.ts'
import { releaseOf } from '../../install/install-entry.ts'
import { gatherQuestions } from '../../resolve/requests.ts'
import { resolveOnline } from '../../resolve/resolve-online.ts'
import type { Question } from '../../sources/offer.ts'
import type { OwnConfig } from './own-config.ts'
import { findOwnConfig, holderIn, shownPath, withValue, writeOwnConfig } from './own-config.ts'
import type { AddFlags } from './workspace.ts'
import { workspaceOf } from './workspace.ts'

export async function addPlugin(text: string, flags: AddFlags, terminal: Terminal): Promise<number> {
  const asked = parsePluginRequest(text)
  const own = findOwnConfig(flags.config, process.cwd())
  const { chosen, manifest } = await resolved(asked, own, { flags, terminal })
  const range = asked.range ?? (isPrerelease(chosen.version) ? chosen.version : `^${chosen.version}`)
  const pin = asked.repo === undefined ? range : { repo: asked.repo, version: range }
  const changed = withPin(own, asked, pin)
  using _written = await writeOwnConfig(own, changed, terminal)
  terminal.info(`${own.isNew ? 'wrote' : 'changed'} ${shownPath(own.path, process.cwd())}`)
  const { options } = await workspaceOf(flags, { path: own.path }, terminal)
  await using client = await openClient({ ...options, report: { warn: (line) => terminal.warn(line) } })
  await client.lock()
  const { repo, plugin, version, signer } = chosen
  terminal.result({
    json: { added: { plugin, repo, range, version, signer }, config: own.path, lock: options.lockPath },
    text: () => `added ${repo}/${plugin} ${range}, locked at ${version}; ${nextWord(plugin, manifest)}`,
  })
  return 0
}

function withPin(own: OwnConfig, { plugin }: PluginRequest, pin: Parameters<typeof withValue>[2]): string {
  return withValue(own, [holderIn(own), 'plugins', plugin], pin)
}

/** What is no check is started by others, with what it needs: a person who ran it would see it fail. */
function nextWord(plugin: string, manifest: ReleasedManifest): string {
  return isCheck(manifest) ? `\`octo run ${plugin}\` runs it` : `\`octo info ${plugin}\` shows what it is`
}

type Proven = { readonly chosen: LockedPlugin; readonly manifest: ReleasedManifest }
type Asking = { readonly flags: AddFlags; readonly terminal: Terminal }

/** What the repos offer for it, proven, whatever else the config asks for. */
async function resolved(asked: PluginRequest, own: OwnConfig, { flags, terminal }: Asking): Promise<Proven> {
  const { range = '*', repo } = asked
  const text = withPin(own, asked, repo === undefined ? range : { repo, version: range })
  const { config, options } = await workspaceOf(flags, { path: own.path, text }, terminal)
  const question = gatherQuestions([asked], config.pins)[0] as Question
  const context = openContext({ ...options, report: { warn: (line) => terminal.warn(line) } })
  using _network = context.network
  const { entry: chosen } = await resolveOnline(question, { entry: undefined, isKept: false }, context)
  return { chosen, manifest: (await releaseOf(chosen, context)).manifest }
}
