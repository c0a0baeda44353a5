// `octo info`: one plugin as its repo describes it, and how its newest release is run, as the publisher signed it.
import { parsePluginRequest } from '../../config/model/plugin-request.ts'
import { listArguments, takesMore } from '../../schemas/argument-list.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { coded } from '../../schemas/errors.ts'
import type { ReleasedManifest } from '../../schemas/manifest.ts'
import { manifestFacts } from '../../schemas/manifest-facts.ts'
import type { DocumentVersion, PluginDocument } from '../../schemas/plugin-document.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { isPrerelease } from '../../schemas/version.ts'
import { settled } from '../../system/async/limit.ts'
import type { Table, Terminal } from '../../terminal/index.ts'
import { formatBytes } from '../../terminal/index.ts'
import type { Run } from '../../terminal/program.ts'
import type { ClientContext } from '../context.ts'
import { openContext } from '../context.ts'
import type { Offered } from '../query/inspect.ts'
import { offersOf } from '../query/inspect.ts'
import { withNearestPlugin } from '../resolve/nearest-plugin.ts'
import type { ComponentRepo } from '../sources/component/component-repo.ts'
import { isComponentRepo } from '../sources/component/component-repo.ts'
import { proveRelease } from '../sources/signed/prove-release.ts'
import type { ClientFlags } from './client-session.ts'
import { openSession } from './client-session.ts'

const MAX_VERSIONS = 20
/** Each costs a request. */
const MAX_PROOFS = 5

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
  const shown = await Promise.all(offers.map(async (offer) => ({ ...offer, ...(await proofOf(offer, context)) })))
  if (terminal.json) terminal.result({ json: shown.map(toJson), text: () => '' })
  else for (const [index, plugin] of shown.entries()) show(plugin, index, terminal)
  return 0
}

type Proof = {
  readonly signer: string
  /** The release that is described. */
  readonly described?: { readonly version: string; readonly manifest: ReleasedManifest }
  /** Of a registry of OCM: the newest component version and its platforms. */
  readonly component?: string
  /** Newer versions that were passed over: their signer is none that the config allows. */
  readonly notAllowed?: readonly string[]
}

type Shown = Offered & Proof

/** Proves the newest stable release that is not blocked; nothing is said about one that is not proven. */
async function proofOf({ repo, document }: Offered, context: ClientContext): Promise<Proof> {
  if (repo.trust.kind === 'unsigned') return { signer: 'unsigned' }
  if (isComponentRepo(repo)) return componentProof(repo, document, context)
  const candidates = newestFirst(document)
  if (candidates.length === 0) return { signer: 'no release that may be installed' }
  const refusals: { readonly version: string; readonly error: CodedError }[] = []
  for (const { version, bundle } of candidates.slice(0, MAX_PROOFS)) {
    const place = { repo, plugin: document.plugin, version, bundle }
    const proof = await settled(() => proveRelease(place, context))
    if (proof.state === 'done') {
      const { signer, predicate } = proof.value
      const notAllowed = refusals.map((refusal) => refusal.version)
      return { signer, notAllowed, described: { version, manifest: predicate.manifest } }
    }
    if (proof.error.code !== 'SIGNER_NOT_ALLOWED') throw proof.error
    refusals.push({ version, error: proof.error })
  }
  throw refusals[0]?.error
}

/** Its newest version, as OCM describes none. */
async function componentProof(repo: ComponentRepo, document: PluginDocument, context: ClientContext): Promise<Proof> {
  const [newest] = newestFirst(document)
  if (!newest) return { signer: 'no release that may be installed' }
  const { provePlugin } = await import('../sources/component/prove-plugin.ts')
  const place = { repo, plugin: document.plugin, version: newest.version }
  const { proof, files, listed } = await provePlugin(place, context)
  return {
    signer: proof.signer,
    component: `${listed.component}:${listed.text}, for ${files.map(({ platform }) => platform).join(', ')}`,
  }
}

/** Versions that may be described: stable before pre-releases, offered before yanked. */
function newestFirst({ versions }: PluginDocument): readonly DocumentVersion[] {
  const served = versions.filter(({ state }) => state !== 'quarantined')
  const offered = served.filter(({ state }) => state === 'active')
  return [...new Set([...offered.filter(({ version }) => !isPrerelease(version)), ...offered, ...served])]
}

function toJson({ repo, document, signer, described, component, notAllowed = [] }: Shown) {
  const release = described && { version: described.version, ...described.manifest }
  return {
    ...document,
    from: repo.name,
    url: repo.url,
    signer,
    release: release ?? null,
    ...(component === undefined ? {} : { component }),
    notAllowed,
    withdrawn: withdrawnNote(document) ?? null,
  }
}

function show(
  { repo, document, signer, described, component, notAllowed = [] }: Shown,
  index: number,
  terminal: Terminal,
): void {
  const facts: (readonly [string, string | undefined])[] = [
    ['kind', [document.kind, document.category].filter(Boolean).join(', ')],
    ['licence', document.license],
    ['homepage', document.homepage],
    ['source', document.source],
    ['signer', signer],
    ['component', component],
    ...(described ? manifestFacts(described.manifest).map(({ name, text }) => [name, text] as const) : []),
  ]
  const lines = [
    ...(index === 0 ? [] : ['']),
    `${terminal.paint.bold(`${repo.name}/${document.plugin}`)}: ${printable(document.description, 500)}`,
    ...facts.flatMap(([name, value]) => (value ? [`  ${name.padEnd(9)} ${printable(value, 2000)}`] : [])),
    '',
  ]
  for (const line of lines) terminal.print(line)
  const withdrawn = withdrawnNote(document)
  if (withdrawn) terminal.print(`${terminal.paint.yellow(withdrawn)}\n`)
  if (described) showArguments(described.version, described.manifest.arguments, terminal)
  terminal.table(versionTable(document, notAllowed))
  const older = (document.pages ?? []).reduce((sum, page) => sum + page.versions, 0)
  const rest = Math.max(0, document.versions.length - MAX_VERSIONS) + older
  if (rest > 0) terminal.print(`and ${rest} more versions`)
}

/** Said before all else that is shown of it: nobody can begin to use the plugin as it is. */
export function withdrawnNote({ versions, pages = [] }: PluginDocument): string | undefined {
  if (versions.some(({ state }) => state === 'active')) return undefined
  const [only, another] = versions
  if (!only) return undefined
  const isOnly = another === undefined && pages.length === 0
  const which = isOnly ? `its only version ${only.version} is` : `all ${versions.length} versions listed here are`
  const states = [...new Set(versions.map(({ state }) => state))].join(' or ')
  return states === 'quarantined'
    ? `${which} quarantined: nothing of it can be installed or locked`
    : `${which} ${states}: no new install chooses one, what is locked is still ${states === 'yanked' ? 'served' : 'served unless quarantined'}`
}

function showArguments(version: string, schema: ReleasedManifest['arguments'], terminal: Terminal): void {
  const rows = listArguments(schema).map(({ name, type, isRequired, default: value, description }) => [
    name,
    type,
    isRequired ? 'required' : (value ?? ''),
    description,
  ])
  if (rows.length > 0)
    terminal.table({
      columns: ['argument', 'type', 'default', 'description'].map((title) => ({ title, shrinks: true })),
      rows,
    })
  terminal.print(argumentNote(version, rows.length, schema))
  terminal.print('')
}

function argumentNote(version: string, count: number, schema: ReleasedManifest['arguments']): string {
  if (schema === undefined) return `${version} does not say which arguments it takes`
  if (count === 0) return takesMore(schema) ? `${version} names no arguments` : `${version} takes no arguments`
  return takesMore(schema)
    ? `these are the arguments that ${version} names; it takes others too`
    : `arguments of ${version}`
}

function versionTable({ versions }: PluginDocument, notAllowed: readonly string[]): Table {
  return {
    columns: [{ title: 'version' }, { title: 'published' }, { title: 'state', shrinks: true }, { title: 'platforms' }],
    rows: versions.slice(0, MAX_VERSIONS).map((version) => [
      version.version,
      dateOf(version),
      `${stateOf(version)}${notAllowed.includes(version.version) ? '; signed by a key that the config does not allow' : ''}`,
      Object.entries(version.platforms)
        .map(([key, { size }]) => `${key} (${formatBytes(size)})`)
        .join(', '),
    ]),
  }
}

/** Repos that do not say when begin at the beginning of time. */
function dateOf({ publishedAt }: DocumentVersion): string {
  return publishedAt.startsWith('1970-01-01') ? '–' : publishedAt.slice(0, 10)
}

function stateOf({ state, reason, deprecated }: DocumentVersion): string {
  const note = deprecated === undefined ? [] : [`deprecated: ${deprecated}`]
  return [state === 'active' || !reason ? state : `${state}: ${reason}`, ...note].join('; ')
}
