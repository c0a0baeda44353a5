// Compares repos, keys, tokens and plugins with the audit log and with each other: each must have its partner in the log, and
// what the log tells of must be there.
import { stableJson } from '../../schemas/json.ts'
import type { Name } from '../../schemas/name.ts'
import type { RegistryDeps } from '../context.ts'
import type { AuditRecord, Token, Visibility } from '../db/records.ts'
import type { MetadataStore } from '../db/store.ts'
import type { Finding } from './check-audit.ts'

/** What the log says of each, by its name. */
type Told = {
  readonly repos: Map<string, Visibility>
  /** `repo key` */
  readonly keys: Map<string, { isRevoked: boolean; isAdded: boolean }>
  readonly tokens: Map<string, { isRevoked: boolean; readonly created: AuditRecord['details'][] }>
}

type Check = { readonly message: string; readonly subjects: readonly string[] }

const MAX_OF_A_KIND = 20

export async function checkPartners({ metadata }: RegistryDeps): Promise<Finding[]> {
  const told = await readTold(metadata)
  const repos = await metadata.repos.list()
  const checks: readonly Check[] = [
    ...checkRepos(repos, told),
    ...checkVisibility(repos, await metadata.repos.list('private'), told),
    ...(await checkKeys(repos, told, metadata)),
    ...checkTokens(await metadata.tokens.list(), told),
    { message: 'plugin without a version', subjects: await metadata.upkeep.emptyPlugins(MAX_OF_A_KIND) },
    { message: 'table whose newest rows are gone, or that has holes', subjects: await metadata.upkeep.gaps() },
  ]
  return checks.flatMap(({ message, subjects }) =>
    subjects.slice(0, MAX_OF_A_KIND).map((subject) => ({ subject, message })),
  )
}

async function readTold({ audit }: MetadataStore): Promise<Told> {
  const told: Told = { repos: new Map(), keys: new Map(), tokens: new Map() }
  for await (const record of audit.walk()) tell(told, record)
  return told
}

function tell({ repos, keys, tokens }: Told, { action, subject, details }: AuditRecord): void {
  const key = `${subject} ${details.key}`
  const knownKey = keys.get(key) ?? { isAdded: false, isRevoked: false }
  const knownToken = tokens.get(subject) ?? { created: [], isRevoked: false }
  if (action === 'repo-create') repos.set(subject, details.visibility === 'private' ? 'private' : 'public')
  if (action === 'repo-private') repos.set(subject, 'private')
  if (action === 'repo-public') repos.set(subject, 'public')
  if (action === 'key-add') keys.set(key, { ...knownKey, isAdded: true })
  if (action === 'key-revoke') keys.set(key, { ...knownKey, isRevoked: true })
  if (action === 'token-create') tokens.set(subject, { ...knownToken, created: [...knownToken.created, details] })
  if (action === 'token-revoke') tokens.set(subject, { ...knownToken, isRevoked: true })
}

function checkRepos(repos: readonly Name[], told: Told): Check[] {
  const here = new Set<string>(repos)
  return [
    { message: 'repo that the audit log does not know', subjects: repos.filter((repo) => !told.repos.has(repo)) },
    {
      message: 'repo that was created and is not there any more',
      subjects: [...told.repos.keys()].filter((repo) => !here.has(repo)),
    },
  ]
}

/** Whoever opens a repo behind the log shows what only some may read. */
function checkVisibility(repos: readonly Name[], hidden: readonly Name[], told: Told): Check[] {
  const isOther = (repo: Name) => told.repos.has(repo) && (told.repos.get(repo) === 'private') !== hidden.includes(repo)
  return [{ message: 'repo about whose visibility table and audit log differ', subjects: repos.filter(isOther) }]
}

async function checkKeys(repos: readonly Name[], told: Told, metadata: MetadataStore): Promise<Check[]> {
  const keys = (await Promise.all(repos.map((repo) => metadata.repos.keys(repo)))).flat()
  const here = new Map(keys.map((key) => [`${key.repo} ${key.id}`, key]))
  const names = [...here.keys()]
  const isRevoked = (name: string) => told.keys.get(name)?.isRevoked === true
  return [
    {
      message: 'key that the audit log does not know',
      subjects: names.filter((name) => !told.keys.get(name)?.isAdded),
    },
    {
      message: 'key that was admitted and is not there any more',
      subjects: [...told.keys.keys()].filter((name) => !here.has(name)),
    },
    {
      message: 'key about whose revocation table and audit log differ',
      subjects: names.filter((name) => (here.get(name)?.revokedAt !== null) !== isRevoked(name)),
    },
  ]
}

function checkTokens(tokens: readonly Token[], told: Told): Check[] {
  const here = new Set(tokens.map(({ id }) => id))
  const created = (id: string) => told.tokens.get(id)?.created ?? []
  const idsOf = (found: readonly Token[]) => found.map(({ id }) => id)
  const isOther = ({ id, expiresAt, scopes }: Token) =>
    created(id).some((as) => as.expiresAt !== expiresAt || stableJson(as.scopes) !== stableJson(scopes))
  return [
    {
      message: 'token that the audit log does not know',
      subjects: idsOf(tokens.filter(({ id }) => created(id).length === 0)),
    },
    {
      message: 'token that was created and is not there any more',
      subjects: [...told.tokens.keys()].filter((id) => !here.has(id)),
    },
    {
      message: 'token about whose revocation table and audit log differ',
      subjects: idsOf(
        tokens.filter(({ id, revokedAt }) => (revokedAt !== null) !== (told.tokens.get(id)?.isRevoked === true)),
      ),
    },
    {
      message: 'token that was widened or prolonged behind the audit log',
      subjects: idsOf(tokens.filter(isOther)),
    },
  ]
}
