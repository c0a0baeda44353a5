// `octo registry audit`: who published, withdrew, admitted and gave out what, and when.
import type { Command } from 'commander'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { ownValue } from '../../schemas/own-value.ts'
import { printable, quote, shellWord } from '../../schemas/quote.ts'
import { momentOf } from '../../terminal/moment.ts'
import type { Run } from '../../terminal/program.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { requireRepo } from '../admin/require-repo.ts'
import { scopeWords } from '../auth/scope.ts'
import type { RegistryDeps } from '../context.ts'
import type { Scope, ShownAudit, Token } from '../db/records.ts'
import type { DataOption } from './data-option.ts'
import { withData, withDataOption } from './data-option.ts'

type AuditOptions = DataOption & {
  readonly actor?: string
  readonly since?: string
  readonly limit: string
}

const MAX_ROWS = 100_000
const SUBJECT = /^[a-z0-9-]+(\/[a-z0-9-]+(@[0-9A-Za-z.-]+)?)?$/

export function addAuditCommand(parent: Command): void {
  const command = addCommand(parent, {
    words: 'audit [subject]',
    summary: 'show who changed what, the newest first',
    examples: [
      'octo registry audit --data DIR',
      'octo registry audit core/check-tcp@1.0.0 --data DIR',
      'octo registry audit --actor ci --since 2026-01-01 --limit 500 --json --data DIR',
    ],
    json: true,
  })
  withDataOption(command)
    .option('--actor <token>', 'only what this token did: its id, or its name')
    .option('--since <time>', 'only what happened since this moment, or in this time: 2026-01-31, 12h')
    .option('--limit <number>', 'rows at most', '50')
  onRun(command, runAudit)
}

async function runAudit({ args, options, terminal }: Run<AuditOptions>) {
  const query = { ...subjectOf(args[0]), ...sinceOf(options.since), limit: limitOf(options.limit) }
  const { checkChain } = await import('../upkeep/check-audit.ts')
  const { rows, tokens, findings } = await withData({ ...options, evenCut: true }, async (deps) => {
    const { metadata } = deps
    const tokens = await metadata.tokens.list()
    const actors = options.actor === undefined ? [undefined] : actorsNamed(options.actor, tokens)
    const listed = actors.map((actor) => metadata.audit.list(actor === undefined ? query : { ...query, actor }))
    const rows = (await Promise.all(listed)).flat()
    if (rows.length === 0) await requireSubject(query.subject, tokens, metadata)
    const shown = rows.sort((a, b) => b.id - a.id).slice(0, query.limit)
    return { rows: shown, tokens, findings: await checkChain(deps) }
  })
  const names = new Map(tokens.map(({ id, name }) => [id, name]))
  if (terminal.json) terminal.result({ json: rows.map((row) => rowToJson(row, names)), text: String })
  else if (rows.length === 0) terminal.info('nothing of that kind has happened')
  else
    await terminal.table({
      columns: [
        { title: 'time' },
        { title: 'who' },
        { title: 'did' },
        { title: 'to' },
        { title: 'more', shrinks: true },
      ],
      rows: rows.map((row) => [
        new Date(row.at).toISOString(),
        whoOf(row.actor, names),
        row.action,
        printable(names.has(row.subject) ? `${names.get(row.subject)} (${row.subject})` : row.subject),
        printable(detailsOf(row), 500),
      ]),
    })
  for (const { subject, message } of findings)
    terminal.warn(
      `this is not all that happened, or not what happened: ${subject}: ${message}; \`octo registry fsck --data ${shellWord(options.data)}\` says more`,
    )
  return findings.length > 0 ? 1 : 0
}

function rowToJson({ id, at, actor, action, subject, details }: ShownAudit, names: ReadonlyMap<string, string>) {
  const actorName = names.get(actor)
  return {
    id,
    at: new Date(at).toISOString(),
    actor,
    ...omitUndefined({ actorName }),
    action,
    subject,
    details,
  }
}

function whoOf(actor: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(actor)
  return name === undefined ? actor : `${printable(name)} (${actor})`
}

function detailsOf({ details }: ShownAudit): string {
  return Object.entries(details)
    .filter(([key, value]) => value !== null && key !== 'secretSha256')
    .map(
      ([key, value]) =>
        `${key}=${ownValue(WORDS, key)?.(value) ?? (typeof value === 'string' ? value : JSON.stringify(value))}`,
    )
    .join(' ')
}

/** What stands in the log as data; `--json` has it as it is. Undefined for what has another shape than expected. */
const WORDS: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  scopes: (value) => (isScopes(value) ? `"${value.map(scopeWords).join('; ')}"` : undefined),
  expiresAt: (value) => dateText(value),
  from: (value) => dateText(value),
  to: (value) => dateText(value),
}

function isScopes(value: unknown): value is readonly Scope[] {
  const isScope = (each: unknown) => {
    const { repo, plugin, actions } = (each ?? {}) as Record<string, unknown>
    return typeof repo === 'string' && typeof plugin === 'string' && Array.isArray(actions)
  }
  return Array.isArray(value) && value.every(isScope)
}

function dateText(value: unknown): string | undefined {
  const isTime = typeof value === 'number' && Math.abs(value) <= 8.64e15
  return isTime ? new Date(value).toISOString() : undefined
}

/** Several tokens may have had one name. Throws TOKEN_NOT_FOUND when none has. */
function actorsNamed(text: string, tokens: readonly Token[]): string[] {
  if (text === 'operator') return [text]
  const found = tokens.filter(({ id, name }) => id === text || name === text).map(({ id }) => id)
  if (found.length > 0) return found
  throw coded('TOKEN_NOT_FOUND', {
    message: `there is no token ${quote(text)}, neither by its id nor by its name`,
    hint: (data) => `\`octo registry token list --data ${data}\` shows those that exist`,
  })
}

/** Nothing to show is an answer about what there is; of a name that was mistyped it would be none. Throws REPO_NOT_FOUND. */
async function requireSubject(
  subject: string | undefined,
  tokens: readonly Token[],
  { repos }: RegistryDeps['metadata'],
) {
  const [repo = ''] = subject?.split('/') ?? []
  if (subject === undefined || tokens.some(({ id }) => id === subject)) return
  requireRepo(
    (await repos.list()).some((name) => name === repo),
    repo as Name,
  )
}

function subjectOf(text: string | undefined): { readonly subject?: string } {
  if (text === undefined) return {}
  if (SUBJECT.test(text)) return { subject: text }
  throw coded('USAGE', {
    message: `expected \`repo\`, \`repo/plugin\`, \`repo/plugin@version\` or a token id, found ${quote(text)}`,
    hint: 'run `octo registry audit --help`',
  })
}

function sinceOf(text: string | undefined): { readonly since?: number } {
  const since = momentOf(text)
  return since === undefined ? {} : { since }
}

function limitOf(text: string): number {
  const limit = Number(text)
  if (/^\d{1,6}$/.test(text) && limit > 0 && limit <= MAX_ROWS) return limit
  throw coded('USAGE', { message: `expected a number of rows from 1 to ${MAX_ROWS}, found ${quote(text)}` })
}
