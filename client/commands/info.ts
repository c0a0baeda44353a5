// `octo info`: one plugin as its repo describes it, and the proof of its newest release.
import { parsePluginRequest } from '../../schemas/config/plugin-request.ts'
import { coded } from '../../schemas/errors.ts'
import type { Platform } from '../../schemas/platform.ts'
import type { PluginDocument } from '../../schemas/plugin-document.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { formatBytes } from '../../terminal/index.ts'
import type { Run } from '../../terminal/program.ts'
import type { Offered } from '../inquire.ts'
import { offersOf } from '../inquire.ts'
import { withNearestPlugin } from '../nearest-plugin.ts'
import { openContext } from '../open-client.ts'
import { proveRelease } from '../prove.ts'
import type { Resolving } from '../resolve-online.ts'
import type { ClientFlags } from './session.ts'
import { openSession } from './session.ts'

export async function infoCommand({ args, options, terminal }: Run<ClientFlags>): Promise<number> {
  using session = await openSession(options, terminal)
  const context = openContext(session.options)
  using _network = context.network
  const request = parsePluginRequest(args[0] ?? '')
  const offers = await offersOf(request, context)
  if (offers.length === 0)
    throw await withNearestPlugin(
      coded('PLUGIN_NOT_FOUND', {
        message: `no repo of the config offers a plugin ${quote(request.plugin)}`,
        details: { plugin: request.plugin, repos: context.config.repos.map(({ name }) => name) },
        hint: '`octo search` lists what the repos of the config offer',
      }),
      request.plugin,
      context,
    )
  const shown = await Promise.all(offers.map(async (offer) => ({ ...offer, signer: await signerOf(offer, context) })))
  terminal.result({
    json: shown.map(({ repo, document, signer }) => ({ ...document, from: repo.name, url: repo.url, signer })),
    text: () => shown.map(({ repo, document, signer }) => textOf(repo.name, document, signer)).join('\n\n'),
  })
  return 0
}

/** Proves the newest release that is not blocked; nothing is said about a signer that is not proven. */
async function signerOf({ repo, document }: Offered, context: Resolving): Promise<string> {
  const [newest] = document.versions.filter(({ state }) => state !== 'quarantined')
  if (repo.trust.kind === 'unsigned') return 'unsigned'
  if (!newest) return 'no release'
  const place = { repo, plugin: document.plugin, version: newest.version, bundle: newest.bundle }
  return (await proveRelease(place, context)).signer
}

function textOf(repo: string, document: PluginDocument, signer: string): string {
  const facts: (readonly [string, string | undefined])[] = [
    ['kind', [document.kind, document.category].filter(Boolean).join(', ')],
    ['licence', document.license],
    ['homepage', document.homepage],
    ['source', document.source],
    ['signer', signer],
  ]
  return [
    `${repo}/${document.plugin}: ${printable(document.description, 500)}`,
    ...facts.flatMap(([name, value]) => (value ? [`  ${name.padEnd(9)} ${printable(value, 500)}`] : [])),
    '  versions',
    ...document.versions.slice(0, 20).map((version) => `    ${versionLine(version)}`),
  ].join('\n')
}

function versionLine({
  version,
  publishedAt,
  state,
  reason,
  deprecated,
  platforms,
}: PluginDocument['versions'][number]) {
  const keys = Object.keys(platforms) as Platform[]
  const sizes = keys.map((key) => `${key} (${formatBytes(platforms[key]?.size ?? 0)})`).join(', ')
  const note = state === 'active' ? '' : `  ${state}${reason ? `: ${printable(reason)}` : ''}`
  const warning = deprecated === undefined ? '' : `  deprecated: ${printable(deprecated)}`
  return `${version}  ${publishedAt.slice(0, 10)}  ${sizes}${note}${warning}`
}
