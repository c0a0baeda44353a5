// What `octo info` shows to people: facts first, then the lines that begin a check, arguments, platforms, versions and what changed.
import type { ArgumentFacts } from '../../../schemas/arguments/list.ts'
import { atLeastOneOf, listArguments, takesMore } from '../../../schemas/arguments/list.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import { manifestFacts } from '../../../schemas/manifest-facts.ts'
import type { DocumentVersion, PluginDocument } from '../../../schemas/plugin-document.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import type { Table, Terminal } from '../../../terminal/index.ts'
import { formatBytes } from '../../../terminal/index.ts'
import type { Changes } from '../../query/changes.ts'
import type { DescribedRelease } from '../../query/describe.ts'
import type { Shown } from './facts.ts'
import { snippetsOf } from './facts.ts'
import { withdrawnNote } from './withdrawn-note.ts'

const MAX_VERSIONS = 20
/** Where their values begin. */
const FACTS_INDENT = 12

export function showPlugin(shown: Shown, index: number, terminal: Terminal): void {
  const { repo, document, described, notAllowed = [], changes } = shown
  if (index > 0) terminal.print('')
  terminal.sentence(
    `${terminal.paint.bold(`${repo.name}/${document.plugin}`)}: ${printable(document.description, 500)}`,
  )
  for (const [name, value] of factsOf(shown))
    if (value) terminal.sentence(`  ${name.padEnd(9)} ${printable(value, 2000)}`, FACTS_INDENT)
  terminal.print('')
  const withdrawn = withdrawnNote(document)
  if (withdrawn) terminal.sentence(`${terminal.paint.yellow(withdrawn)}\n`)
  if (described) {
    showSnippet(shown, terminal)
    showArguments(described.version, described.manifest.arguments, terminal)
    showPlatforms(described, terminal)
  }
  if (document.versions.length > 0) terminal.table(versionTable(document, notAllowed))
  const older = (document.pages ?? []).reduce((sum, page) => sum + page.versions, 0)
  const rest = Math.max(0, document.versions.length - MAX_VERSIONS) + older
  if (rest > 0) terminal.print(`and ${rest} more versions`)
  if (changes) showChanges(changes, terminal)
}

function factsOf({ document, signer, signerName, described, component }: Shown) {
  const { kind, category, license, homepage, source } = document
  return [
    ['kind', [kind, category].filter(Boolean).join(', ')],
    ['licence', license],
    ['homepage', homepage],
    ['source', source],
    ['signer', signerName === undefined ? signer : `${signerName}, ${signer}`],
    ['component', component],
    ...(described ? manifestFacts(described.manifest).map(({ name, text }) => [name, text] as const) : []),
  ] as readonly (readonly [string, string | undefined])[]
}

function showSnippet(shown: Shown, terminal: Terminal): void {
  const { check, supervisor } = snippetsOf(shown)
  const snippet = check ?? supervisor
  if (snippet === null) return
  terminal.print(`${snippet === check ? 'a check of it' : used(shown)}, to paste into the config:`)
  for (const line of snippet.trimEnd().split('\n')) terminal.print(`  ${printable(line, 500)}`)
  terminal.print('')
}

function used({ described }: Shown): string {
  return described?.manifest.output === 'secret/v1'
    ? 'a source of secrets, for each service that says `secrets: true`'
    : 'a notifier, which `octo start` tells of what happens'
}

function showArguments(version: string, schema: ReleasedManifest['arguments'], terminal: Terminal): void {
  const facts = listArguments(schema)
  const hasExamples = facts.some(({ examples }) => examples !== undefined)
  const titles = ['argument', 'type', 'default', ...(hasExamples ? ['example'] : []), 'description']
  if (facts.length > 0)
    terminal.table({
      columns: titles.map((title) => ({ title, shrinks: true })),
      rows: facts.map((argument) => rowOf(argument, hasExamples)),
    })
  terminal.sentence(argumentNote(version, facts.length, schema))
  terminal.print('')
}

function rowOf({ name, type, isRequired, default: value, examples = [], description }: ArgumentFacts, wide: boolean) {
  return [name, type, isRequired ? 'required' : (value ?? ''), ...(wide ? [examples.join(' or ')] : []), description]
}

function argumentNote(version: string, count: number, schema: ReleasedManifest['arguments']): string {
  if (schema === undefined) return `${version} does not say which arguments it takes`
  if (count === 0) return takesMore(schema) ? `${version} names no arguments` : `${version} takes no arguments`
  const several = atLeastOneOf(schema)
  const needed = several.length === 0 ? '' : `; one of ${several.map(quote).join(', ')} is needed`
  return takesMore(schema)
    ? `these are the arguments that ${version} names; it takes others too${needed}`
    : `arguments of ${version}${needed}`
}

function showPlatforms({ version, platforms }: DescribedRelease, terminal: Terminal): void {
  terminal.table({
    columns: [{ title: `${version} for` }, { title: 'size' }, { title: 'format' }, { title: 'runtime' }],
    rows: Object.entries(platforms)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([platform, { size, format, runtime }]) => [
        platform,
        formatBytes(size),
        format,
        runtime ? `${runtime.name} ${runtime.version ?? ''}`.trim() : '–',
      ]),
  })
  terminal.print('')
}

function versionTable({ versions }: PluginDocument, notAllowed: readonly string[]): Table {
  return {
    columns: [{ title: 'version' }, { title: 'published' }, { title: 'state', shrinks: true }, { title: 'platforms' }],
    rows: versions.slice(0, MAX_VERSIONS).map((version) => [
      version.version,
      dateOf(version.publishedAt),
      `${stateOf(version)}${notAllowed.includes(version.version) ? '; signed by a key that the config does not allow' : ''}`,
      Object.entries(version.platforms)
        .map(([key, { size }]) => `${key} (${formatBytes(size)})`)
        .join(', '),
    ]),
  }
}

/** Repos that do not say when begin at the beginning of time. */
function dateOf(publishedAt: string): string {
  return publishedAt.startsWith('1970-01-01') ? '–' : publishedAt.slice(0, 10)
}

function stateOf({ state, reason, deprecated }: DocumentVersion): string {
  const note = deprecated === undefined ? [] : [`deprecated: ${deprecated}`]
  return [state === 'active' || !reason ? state : `${state}: ${reason}`, ...note].join('; ')
}

function showChanges({ from, to, releases, more, differences, problem }: Changes, terminal: Terminal): void {
  terminal.print('')
  terminal.sentence(terminal.paint.bold(`what changed from ${from} to ${to}`))
  for (const { about, text } of differences ?? []) terminal.sentence(`  ${about}: ${printable(text, 1000)}`, 4)
  if (differences?.length === 0) terminal.sentence('  nothing in arguments, needs, platforms and signer')
  if (problem !== undefined) terminal.sentence(`  cannot be compared: ${printable(problem, 500)}`, 4)
  for (const release of releases) {
    const state = release.state === 'active' ? '' : `, ${release.state}`
    terminal.print('')
    terminal.print(`${release.version} (${dateOf(release.publishedAt)}${state})`)
    for (const line of linesOf(release)) terminal.sentence(`  ${printable(line, 1000)}`, 4)
  }
  if (more > 0) terminal.print(`and ${more} more releases before that`)
}

function linesOf({ changelog, problem }: Changes['releases'][number]): readonly string[] {
  if (problem !== undefined) return [`nothing is said, as it is not proven: ${problem}`]
  return changelog === undefined ? ['its author wrote nothing about it'] : changelog.split('\n')
}
