// `octo registry token create|list|revoke`.
import { fchmodSync, fstatSync } from 'node:fs'
import type { Command } from 'commander'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { lineShape } from '../../schemas/shapes.ts'
import type { Run } from '../../terminal/program.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { repeatable } from '../../terminal/repeatable.ts'
import { isAhead } from '../auth/principal.ts'
import { coversRepo, parseScope, scopeText } from '../auth/scope.ts'
import type { Token } from '../db/records.ts'
import type { DataOption } from './data-option.ts'
import { withData, withDataOption } from './data-option.ts'

export function addTokenCommands(parent: Command): void {
  const token = addCommand(parent, {
    words: 'token',
    summary: 'give out tokens and take them back',
    examples: ["octo registry token create --name ci --scope 'core/*' --data DIR"],
  })
  const create = addCommand(token, {
    words: 'create',
    summary: 'create a token and print it, this once',
    examples: [
      "octo registry token create --name ci --scope 'core/*' --data DIR",
      "octo registry token create --name oncall --scope '*/*:yank,quarantine' --days 30 --data DIR",
    ],
    json: true,
  })
  withDataOption(create)
    .requiredOption('--name <text>', 'what it is for')
    .requiredOption(
      '--scope <scope>',
      '`repo/plugin:action,action`; names may end with `*`; may be repeated',
      repeatable,
      [],
    )
    .option('--days <number>', 'days until it expires', '90')
  onRun(create, runCreate)
  const list = addCommand(token, {
    words: 'list',
    summary: 'list tokens, without their secrets',
    examples: ['octo registry token list --data DIR'],
    json: true,
  })
  onRun(withDataOption(list), runList)
  const revoke = addCommand(token, {
    words: 'revoke <id>',
    summary: 'make a token useless from the next request on',
    examples: ['octo registry token revoke tok-0123456789ab --data DIR'],
    json: true,
  })
  onRun(withDataOption(revoke), runRevoke)
}

/** `> FILE` gives a file its mode before this program runs; a token in it is for its owner alone. */
function keepOutputPrivate(): void {
  const output = 1
  try {
    if (fstatSync(output).isFile()) fchmodSync(output, 0o600)
  } catch {
    // A file of somebody else, or on a disk without modes.
  }
}

type CreateOptions = DataOption & {
  readonly name: string
  readonly scope: readonly string[]
  readonly days: string
}

async function runCreate({ options, terminal }: Run<CreateOptions>) {
  const scopes = options.scope.map(parseScope)
  const name = lineShape.min(1).max(100).safeParse(options.name)
  if (!name.success) throw coded('USAGE', { message: 'a token name is one line of 1–100 characters' })
  const { createToken } = await import('../admin/tokens.ts')
  const days = daysOf(options.days)
  const { created, idle } = await withData(options, async (deps) => {
    const repos = await deps.metadata.repos.list()
    const idle = scopes.filter((scope) => !repos.some((repo) => coversRepo(scope, repo)))
    return { created: await createToken(deps, { name: name.data, scopes, days }), idle }
  })
  const expiresAt = new Date(created.expiresAt).toISOString()
  keepOutputPrivate()
  terminal.result({ json: { ...created, expiresAt }, text: () => created.token })
  terminal.info(
    `token ${created.id} allows ${scopes.map(scopeText).join(' ')} until ${expiresAt}; it is not shown again`,
  )
  for (const scope of idle)
    terminal.warn(
      `no repo fits ${quote(scopeText(scope))} yet; \`octo registry repo list --data ${shellWord(options.data)}\` shows those that exist`,
    )
  return 0
}

async function runList({ options, terminal }: Run<DataOption>) {
  const rows = await withData(options, ({ metadata }) => metadata.tokens.list())
  const time = (value: number | null) => (value === null ? null : new Date(value).toISOString())
  const shown = rows.map(({ createdAt, expiresAt, lastUsedAt, revokedAt, ...row }) => ({
    ...row,
    createdAt: time(createdAt),
    expiresAt: time(expiresAt),
    lastUsedAt: time(lastUsedAt),
    revokedAt: time(revokedAt),
  }))
  if (terminal.json) terminal.result({ json: shown, text: String })
  else
    terminal.table({
      columns: [
        { title: 'id' },
        { title: 'name' },
        { title: 'scopes', shrinks: true },
        { title: 'state' },
        { title: 'last used' },
      ],
      rows: rows.map((row) => [
        row.id,
        row.name,
        row.scopes.map(scopeText).join(' '),
        stateOf(row),
        time(row.lastUsedAt) ?? 'never',
      ]),
    })
  return 0
}

async function runRevoke({ args, options, terminal }: Run<DataOption>) {
  const id = args[0] ?? ''
  const { revokeToken } = await import('../admin/tokens.ts')
  await withData(options, (deps) => revokeToken(deps, id))
  terminal.result({ json: { id, revoked: true }, text: () => `revoked ${id}` })
  return 0
}

function stateOf({ createdAt, expiresAt, revokedAt }: Token): string {
  const time = (ms: number) => new Date(ms).toISOString()
  if (revokedAt !== null) return `revoked ${time(revokedAt)}`
  const now = Date.now()
  if (expiresAt <= now) return `expired ${time(expiresAt)}`
  return isAhead({ createdAt }, now) ? `refused, as it was made at ${time(createdAt)}` : `until ${time(expiresAt)}`
}

function daysOf(text: string): number {
  const days = Number(text)
  if (text !== '' && Number.isFinite(days)) return days
  throw coded('USAGE', { message: `expected a number of days, found ${quote(text)}` })
}
