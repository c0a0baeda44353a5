// Compares repos, keys, tokens and plugins with the audit log and with each other: each must have its partner in the log, and
// what the log tells of must be there.
import { stableJson } from '../../schemas/json.ts'
import type { Name } from '../../schemas/name.ts'
import type { RegistryDeps } from '../context.ts'
import type { AuditRecord, RepoKey, Token, Visibility } from '../db/records.ts'
import type { MetadataStore } from '../db/store.ts'
import type { Finding } from './check-audit.ts'
import { isSoundKey } from './sound-key.ts'

/** What the log says of each, by its name. */
type Told = {
  readonly repos: Map<string, Visibility>
  /** `repo key` */
  readonly keys: Map<string, TellsOf>
  readonly tokens: Map<string, TellsOf>
}

type TellsOf = {
  readonly isRevoked: boolean
  /** The records of how it came to be. */
  readonly created: readonly Pick<AuditRecord, 'at' | 'details'>[]
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
    ...(await checkTokens(told, metadata)),
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

const UNTOLD: TellsOf = { created: [], isRevoked: false }

function tell({ repos, keys, tokens }: Told, { action, subject, details, at }: AuditRecord): void {
  const key = `${subject} ${details.key}`
  const knownKey = keys.get(key) ?? UNTOLD
  const knownToken = tokens.get(subject) ?? UNTOLD
  if (action === 'repo-create') repos.set(subject, details.visibility === 'private' ? 'private' : 'public')
  if (action === 'repo-private') repos.set(subject, 'private')
  if (action === 'repo-public') repos.set(subject, 'public')
  if (action === 'key-add') keys.set(key, { ...knownKey, created: [...knownKey.created, { at, details }] })
  if (action === 'key-revoke') keys.set(key, { ...knownKey, isRevoked: true })
  if (action === 'token-create')
    tokens.set(subject, { ...knownToken, created: [...knownToken.created, { at, details }] })
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
  const tells = (name: string) => told.keys.get(name) ?? UNTOLD
  const namesOf = (isMeant: (key: RepoKey, tells: TellsOf) => boolean) =>
    [...here].flatMap(([name, key]) => (isMeant(key, tells(name)) ? name : []))
  return [
    { message: 'key that the audit log does not know', subjects: namesOf((_, { created }) => created.length === 0) },
    {
      message: 'key that was admitted and is not there any more',
      subjects: [...told.keys.keys()].filter((name) => !here.has(name)),
    },
    { message: 'key under whose id another one stands', subjects: namesOf((key) => !isSoundKey(key)) },
    {
      message: 'key about whose revocation table and audit log differ',
      subjects: namesOf(({ revokedAt }, { isRevoked }) => (revokedAt !== null) !== isRevoked),
    },
    {
      message: 'key whose time was changed behind the audit log',
      subjects: namesOf((key, { created }) => created.some((record) => !isAsAdded(key, record))),
    },
  ]
}

async function checkTokens(told: Told, { tokens: table }: MetadataStore): Promise<Check[]> {
  const tokens = await table.list()
  const here = new Set(tokens.map(({ id }) => id))
  const tells = (id: string) => told.tokens.get(id) ?? UNTOLD
  const idsOf = (isMeant: (token: Token, tells: TellsOf) => boolean) =>
    tokens.filter((token) => isMeant(token, tells(token.id))).map(({ id }) => id)
  return [
    { message: 'token that the audit log does not know', subjects: idsOf((_, { created }) => created.length === 0) },
    {
      message: 'token that was created and is not there any more',
      subjects: [...told.tokens.keys()].filter((id) => !here.has(id)),
    },
    {
      message: 'token about whose revocation table and audit log differ',
      subjects: idsOf(({ revokedAt }, { isRevoked }) => (revokedAt !== null) !== isRevoked),
    },
    {
      message: 'token that was widened, prolonged or renamed behind the audit log',
      subjects: idsOf((token, { created }) => created.some((record) => !isAsCreated(token, record))),
    },
    { message: 'token whose secret is another one than the audit log has', subjects: await otherSecrets(told, table) },
  ]
}

type Created = TellsOf['created'][number]

/** Records that are older than these fields say nothing of them. */
function isAsAdded({ validFrom, validTo, addedAt }: RepoKey, { at, details: { from, to } }: Created): boolean {
  return addedAt === at && (from === undefined || (from === validFrom && to === validTo))
}

function isAsCreated({ name, scopes, createdAt, expiresAt }: Token, { at, details }: Created): boolean {
  const { name: toldName, scopes: toldScopes, expiresAt: toldEnd } = details
  return stableJson([at, toldName, toldScopes, toldEnd]) === stableJson([createdAt, name, scopes, expiresAt])
}

/** Whoever has the secret of one token would act as another. */
async function otherSecrets(told: Told, tokens: MetadataStore['tokens']): Promise<string[]> {
  const others: string[] = []
  for (const [id, { created }] of told.tokens)
    for (const { details } of created) {
      const { secretSha256 } = details
      if (typeof secretSha256 === 'string' && (await tokens.findBySecret(secretSha256))?.id !== id) others.push(id)
    }
  return others
}
