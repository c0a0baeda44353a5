// `octo registry repo create|list|visibility` and `octo registry repo key add|list|revoke`.
import type { Command } from 'commander'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { parseName } from '../../schemas/name.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { parsePublicKey } from '../../schemas/trust-key.ts'
import { readGivenFile } from '../../system/files/given-file.ts'
import { count } from '../../terminal/index.ts'
import type { Run } from '../../terminal/program.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { repeatable } from '../../terminal/repeatable.ts'
import type { RepoKey } from '../db/records.ts'
import type { MetadataStore } from '../db/store.ts'
import type { DataOption } from './data-option.ts'
import { withData, withDataOption } from './data-option.ts'
import { addVisibilityCommand } from './repo-visibility.ts'

const MAX_KEY_BYTES = 4096

export function addRepoCommands(parent: Command): void {
  const repo = addCommand(parent, {
    words: 'repo',
    summary: 'create and list repos and the keys that may sign in them',
    examples: ['octo registry repo create core --key publisher.pub --data DIR'],
  })
  const create = addCommand(repo, {
    words: 'create <name>',
    summary: 'create a repo',
    examples: [
      'octo registry repo create core --key publisher.pub --data DIR',
      'octo registry repo create internal --private --key publisher.pub --data DIR',
    ],
    json: true,
  })
  withDataOption(create)
    .option('--key <file>', 'public key that may sign in it; may be repeated', repeatable, [])
    .option('--private', 'only who has a token for it may read it')
  onRun(create, runCreate)
  const list = addCommand(repo, {
    words: 'list',
    summary: 'list repos',
    examples: ['octo registry repo list --data DIR'],
    json: true,
  })
  onRun(withDataOption(list), runList)
  addVisibilityCommand(repo)
  addKeyCommands(repo)
}

function addKeyCommands(repo: Command): void {
  const key = addCommand(repo, {
    words: 'key',
    summary: 'say whose signatures a repo admits',
    examples: ['octo registry repo key add core publisher.pub --data DIR'],
  })
  const add = addCommand(key, {
    words: 'add <repo> <file>',
    summary: 'admit what this public key signs',
    examples: ['octo registry repo key add core publisher.pub --to 2027-01-01 --data DIR'],
    json: true,
  })
  withDataOption(add)
    .option('--from <time>', 'first moment at which it may sign, as ISO 8601')
    .option('--to <time>', 'moment from which it may no longer sign')
  onRun(add, runAddKey)
  const list = addCommand(key, {
    words: 'list <repo>',
    summary: 'list the keys of a repo, revoked ones too',
    examples: ['octo registry repo key list core --data DIR'],
    json: true,
  })
  onRun(withDataOption(list), runListKeys)
  const revoke = addCommand(key, {
    words: 'revoke <repo> <id>',
    summary: 'admit nothing new that this key signs',
    examples: ['octo registry repo key revoke core sha256:… --data DIR'],
    json: true,
  })
  onRun(withDataOption(revoke), runRevokeKey)
}

type CreateOptions = DataOption & { readonly key: readonly string[]; readonly private?: boolean }

async function runCreate({ args, options, terminal }: Run<CreateOptions>) {
  const repo = parseName(args[0], 'repo')
  const keys = options.key.map((file) => readKeyFile(file))
  const visibility = options.private === true ? 'private' : 'public'
  const { createRepo } = await import('../admin/repos.ts')
  await withData({ data: options.data, create: true }, (deps) => createRepo(deps, repo, { keys, visibility }))
  terminal.result({
    json: { repo, visibility, keys: keys.map(({ id }) => id) },
    text: () =>
      `created ${visibility === 'private' ? 'private ' : ''}repo ${repo} that admits ${count(keys.length, 'key')}`,
  })
  if (keys.length === 0)
    terminal.info(
      `nothing can be published yet: \`octo registry repo key add ${repo} FILE --data ${shellWord(options.data)}\` admits a key`,
    )
  return 0
}

async function runList({ options, terminal }: Run<DataOption>) {
  const rows = await withData(options, async ({ metadata }) => {
    const names = await metadata.repos.list()
    return Promise.all(
      names.map(async (repo) => ({
        repo,
        visibility: (await metadata.repos.visibility(repo)) ?? 'public',
        plugins: (await metadata.catalog.plugins(repo)).length,
        keys: (await metadata.repos.keys(repo)).filter(({ revokedAt }) => revokedAt === null).length,
      })),
    )
  })
  if (terminal.json) terminal.result({ json: rows, text: String })
  else
    terminal.table({
      columns: [
        { title: 'repo' },
        { title: 'visibility' },
        { title: 'plugins', align: 'right' },
        { title: 'keys', align: 'right' },
      ],
      rows: rows.map(({ repo, visibility, plugins, keys }) => [repo, visibility, String(plugins), String(keys)]),
    })
  return 0
}

async function runAddKey({
  args,
  options,
  terminal,
}: Run<DataOption & { readonly from?: string; readonly to?: string }>) {
  const repo = parseName(args[0], 'repo')
  const key = { ...readKeyFile(args[1] ?? ''), ...timeOf('from', options.from), ...timeOf('to', options.to) }
  const { addRepoKey } = await import('../admin/repos.ts')
  await withData(options, (deps) => addRepoKey(deps, repo, key))
  terminal.result({ json: { repo, key: key.id }, text: () => `repo ${repo} admits key ${key.id}` })
  return 0
}

async function runListKeys({ args, options, terminal }: Run<DataOption>) {
  const repo = parseName(args[0], 'repo')
  const rows = await withData(options, (deps) => readKeys(deps.metadata, repo))
  if (terminal.json) terminal.result({ json: rows.map(shownKey), text: String })
  else
    terminal.table({
      columns: [{ title: 'key', shrinks: true }, { title: 'kind' }, { title: 'state' }],
      rows: rows.map((key) => [key.id, key.kind, stateOf(key)]),
    })
  return 0
}

async function runRevokeKey({ args, options, terminal }: Run<DataOption>) {
  const repo = parseName(args[0], 'repo')
  const key = args[1] ?? ''
  const { revokeKey } = await import('../admin/repos.ts')
  await withData(options, (deps) => revokeKey(deps, repo, key))
  terminal.result({ json: { repo, key, revoked: true }, text: () => `repo ${repo} admits nothing new by key ${key}` })
  return 0
}

async function readKeys({ repos }: MetadataStore, repo: Name): Promise<RepoKey[]> {
  const { requireRepo } = await import('../admin/require-repo.ts')
  requireRepo(await repos.exists(repo), repo)
  return repos.keys(repo)
}

function readKeyFile(path: string): TrustKey {
  const hint = 'name the `.pub` file of whoever publishes, as `octo keygen --out NAME` writes one'
  return parsePublicKey(
    readGivenFile(path, { what: 'public key file', maxBytes: MAX_KEY_BYTES, hint }).toString(),
    path,
  )
}

function timeOf(name: 'from' | 'to', text: string | undefined): { from?: number; to?: number } {
  if (text === undefined) return {}
  const time = Date.parse(text)
  if (Number.isNaN(time))
    throw coded('USAGE', { message: `expected a time such as \`2027-01-01\`, found ${quote(text)}` })
  return { [name]: time }
}

function shownKey({ id, kind, pem, validFrom, validTo, addedAt, revokedAt }: RepoKey) {
  const time = (value: number | null) => (value === null ? null : new Date(value).toISOString())
  const window = { from: time(validFrom), to: time(validTo) }
  return { id, kind, pem, ...window, addedAt: time(addedAt), revokedAt: time(revokedAt) }
}

function stateOf({ validFrom, validTo, revokedAt }: RepoKey): string {
  if (revokedAt !== null) return `revoked ${new Date(revokedAt).toISOString()}`
  const from = validFrom === null ? '' : ` from ${new Date(validFrom).toISOString()}`
  const to = validTo === null ? '' : ` to ${new Date(validTo).toISOString()}`
  return `admitted${from}${to}`
}
