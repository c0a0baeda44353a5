// `octo outdated`: what `octo update` would move, and what the ranges of the config keep out. Nothing is changed.
import { requestsOf } from '../../config/model/requests.ts'
import { coded } from '../../schemas/errors.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { printable, quote } from '../../schemas/quote.ts'
import type { Terminal } from '../../terminal/index.ts'
import { count, errorToJson, exitCodeOf } from '../../terminal/index.ts'
import type { Run } from '../../terminal/program.ts'
import { openContext } from '../context.ts'
import { readLock } from '../lockfile/file.ts'
import type { OutdatedPlugin } from '../query/outdated.ts'
import { findOutdated, isOutdated } from '../query/outdated.ts'
import type { ClientFlags, Session } from './client-session.ts'
import { openSession } from './client-session.ts'

/** Exit code 1 where `octo update` would change something or what is locked was withdrawn; what failed comes before that. */
export async function outdatedCommand({ args, options, terminal }: Run<ClientFlags>): Promise<number> {
  using session = await openSession(options, terminal)
  requireAsked(args, session)
  const context = openContext(session.options)
  using _network = context.network
  const plugins = await findOutdated(readLock(session.options.lockPath), args, context)
  if (options.offline)
    terminal.info('offline: only copies of plugin documents from earlier were read, newer versions may exist')
  if (terminal.json)
    terminal.result({ json: { lock: session.options.lockPath, plugins: plugins.map(toJson) }, text: () => '' })
  else show(plugins, terminal)
  const [failed] = plugins.flatMap(({ error }) => error ?? [])
  if (failed) return exitCodeOf(failed)
  return plugins.some(isOutdated) ? 1 : 0
}

function requireAsked(names: readonly string[], { config }: Session): void {
  const asked = [...new Set<string>(requestsOf(config).map(({ plugin }) => plugin))]
  const unasked = names.find((name) => !asked.includes(name))
  if (unasked === undefined) return
  const nearest = nearestWord(unasked, asked)
  throw coded('PLUGIN_NOT_FOUND', {
    message: `config does not ask for a plugin ${quote(unasked)}, it asks for ${asked.map(quote).join(', ') || 'none'}`,
    details: { plugin: unasked },
    hint: nearest === undefined ? '`octo list` shows what it asks for' : `did you mean \`octo outdated ${nearest}\`?`,
  })
}

function toJson(row: OutdatedPlugin) {
  const { question, locked, found, error } = row
  return {
    plugin: question.plugin,
    repo: found?.repo ?? locked?.repo ?? question.repo ?? null,
    asked: question.ranges,
    locked: locked?.version ?? null,
    wanted: found?.wanted ?? null,
    step: found?.step ?? null,
    left: found?.left ?? null,
    newest: found?.newest ?? null,
    newestStep: found?.newestStep ?? null,
    state: found?.state ?? null,
    reason: found?.reason ?? null,
    deprecated: found?.deprecated ?? null,
    signer: locked?.signer ?? null,
    wantedSigner: found?.signer ?? null,
    refused: found?.refused ? errorToJson(found.refused).error : null,
    outdated: isOutdated(row),
    error: error ? errorToJson(error).error : null,
  }
}

function show(plugins: readonly OutdatedPlugin[], terminal: Terminal): void {
  const rows = plugins.filter((row) => row.found && (isOutdated(row) || notesOf(row).length > 0))
  if (rows.length > 0)
    terminal.table({
      columns: [
        { title: 'plugin' },
        { title: 'locked' },
        { title: 'in range' },
        { title: 'step' },
        { title: 'newest' },
        { title: 'note', shrinks: true },
      ],
      rows: rows.map((row) => [
        row.question.plugin,
        row.locked?.version ?? '–',
        row.found?.wanted ?? '–',
        row.found?.step ?? '–',
        row.found?.newest ?? '–',
        notesOf(row).join('; '),
      ]),
    })
  for (const { question, error } of plugins)
    if (error) terminal.error(`${question.plugin}: ${printable(error.message, 1000)}${hintOf(error)}`)
  if (rows.length === 0 && plugins.every(({ error }) => !error))
    terminal.sentence(
      plugins.length === 0 ? 'the config asks for no plugin' : `nothing newer: ${count(plugins.length, 'plugin')}`,
    )
}

function hintOf({ hint }: { readonly hint?: string | undefined }): string {
  return hint === undefined ? '' : `; hint: ${printable(hint, 500)}`
}

function notesOf({ question, locked, found }: OutdatedPlugin): readonly string[] {
  if (!found) return []
  const { state, reason, deprecated, left, signer, refused, newest, wanted, newestStep } = found
  const beyond = newest === wanted || newestStep === undefined || newestStep === 'downgrade' ? [] : [newestStep]
  return [
    ...(locked ? [] : ['not locked yet']),
    ...(locked && state !== undefined && state !== 'active'
      ? [`${locked.version} is ${withReason(state, reason)}`]
      : []),
    ...(deprecated === undefined ? [] : [`${locked?.version} is deprecated: ${deprecated}`]),
    ...(left === 'range' ? [`the config asks for ${question.ranges.join(' and ') || 'a stable version'}`] : []),
    ...(left === 'octo' ? [`${locked?.version} needs a newer octo`] : []),
    ...beyond.map((step) => `${newest} is kept out, a ${step} step`),
    ...(refused ? [`${wanted} is not proven: ${refused.message}`] : []),
    ...(signer !== undefined && locked && signer !== locked.signer ? [`signed by ${signer}`] : []),
  ]
}

function withReason(state: string, reason: string | undefined): string {
  return reason === undefined ? state : `${state}: ${reason}`
}
