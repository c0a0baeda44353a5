// `octo lock` and `octo update`: what changed in the lockfile, name by name. A step that people do not expect of an update is taken when
// somebody says yes to it.

import { existsSync } from 'node:fs'
import { requestsOf } from '../../config/model/requests.ts'
import { shownFile } from '../../config/render/origins.ts'
import { coded } from '../../schemas/errors.ts'
import type { LockedPlugin } from '../../schemas/lockfile.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { stepBetween } from '../../schemas/version-step.ts'
import type { Terminal } from '../../terminal/index.ts'
import { count } from '../../terminal/index.ts'
import type { Run } from '../../terminal/program.ts'
import type { LockChange } from '../api.ts'
import { openClient } from '../index.ts'
import type { ClientFlags, Session } from './client-session.ts'
import { openSession } from './client-session.ts'
import { requireAgreement } from './update-consent.ts'

export async function lockCommand({ options, terminal }: Run<ClientFlags>): Promise<number> {
  using session = await openSession(options, terminal)
  if (hasNothingToLock(session)) {
    show(terminal, session, [], 0)
    return 0
  }
  await using client = await openClient(session.options)
  const changes = await client.lock()
  show(terminal, session, changes, Object.keys(client.lockfile().plugins).length)
  return 0
}

export type UpdateFlags = ClientFlags & { readonly dryRun?: boolean; readonly yes?: boolean }

export async function updateCommand({ args, options, terminal }: Run<UpdateFlags>): Promise<number> {
  using session = await openSession(options, terminal)
  requireAsked(args, session)
  await using client = await openClient(session.options)
  const dryRun = options.dryRun === true
  const keptOut: string[] = []
  const changes = await client.lock({
    update: args.length > 0 ? args : 'all',
    dryRun,
    keptOut: (plugin, newest) => keptOut.push(`${quote(plugin)} ${newest}`),
    agree: (wanted) => requireAgreement(wanted, { yes: options.yes === true, lineOf, terminal }),
  })
  if (options.offline)
    terminal.info('offline: only copies of plugin documents from earlier were read, newer versions may exist')
  if (keptOut.length > 0)
    terminal.info(`kept out by ranges of the config: ${keptOut.sort().join(', ')}; \`octo outdated\` says more`)
  if (dryRun) terminal.info('dry run: nothing is written')
  show(terminal, session, changes, Object.keys(client.lockfile().plugins).length)
  return 0
}

/** No lockfile is written for it; one that is there still is, so that it loses what is no longer asked for. */
function hasNothingToLock({ config, options }: Session): boolean {
  return requestsOf(config).length === 0 && !options.frozen && !existsSync(options.lockPath)
}

function requireAsked(names: readonly string[], { config }: Session): void {
  const asked = new Set<string>(requestsOf(config).map(({ plugin }) => plugin))
  const unasked = names.find((name) => !asked.has(name))
  if (unasked === undefined) return
  throw coded('PLUGIN_NOT_FOUND', {
    message: `config does not ask for a plugin ${quote(unasked)}, it asks for ${[...asked].map(quote).join(', ') || 'none'}`,
    details: { plugin: unasked },
    hint: hintTo(unasked, nearestWord(unasked, [...asked])),
  })
}

function hintTo(unasked: string, nearest: string | undefined): string {
  return nearest === undefined
    ? `a plugin that no service asks for is asked for by \`operator: {plugins: {${printable(unasked)}: {}}}\``
    : `did you mean \`octo update ${nearest}\`?`
}

function show(terminal: Terminal, { options }: Session, changes: readonly LockChange[], size: number): void {
  terminal.result({
    json: { lock: options.lockPath, plugins: size, changes: changes.map(toJson) },
    text: () =>
      [
        ...changes.map(lineOf),
        size === 0 && changes.length === 0
          ? 'the config asks for no plugin, so there is nothing to lock'
          : `${count(size, 'plugin')} in ${shownFile(options.lockPath, process.cwd())}${changes.length === 0 ? ', nothing changed' : ''}`,
      ].join('\n'),
  })
}

function toJson({ name, before, after, reason, left }: LockChange) {
  const versions = { before: before?.version ?? null, after: after?.version ?? null }
  const step = (before && after && stepBetween(before.version, after.version)) ?? null
  return {
    name,
    ...versions,
    step,
    left: left ?? null,
    signer: (after ?? before)?.signer,
    signerBefore: before?.signer ?? null,
    reason: reason ?? null,
  }
}

function lineOf({ name, before, after, reason }: LockChange): string {
  const why = reason === undefined ? '' : `: ${printable(reason, 500)}`
  if (!before) return `+ ${name} ${after?.version}${why}`
  if (!after) return `- ${name} ${before.version}${why}`
  return `~ ${name} ${before.version} → ${after.version}${stepNote(before, after)}${signerNote(before, after)}${why}`
}

/** A step that people do not expect of an update. */
function stepNote({ version: before }: LockedPlugin, { version: after }: LockedPlugin): string {
  const step = stepBetween(before, after)
  if (step === 'downgrade') return ', an older version'
  return step === 'major' ? ', a major step' : ''
}

/** Another signer is worth more than a glance. */
function signerNote(before: LockedPlugin, after: LockedPlugin): string {
  return before.signer === after.signer ? '' : `, signed by ${after.signer} instead of ${before.signer}`
}
