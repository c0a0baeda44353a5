// What the owner of a registry does with repos: create them, and say whose signatures they admit.
import { coded } from '../../schemas/errors.ts'
import { requireRoomForRepo } from '../../schemas/growth-limits.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import type { RegistryDeps } from '../context.ts'
import type { AuditEntry, RepoKey, Visibility } from '../db/records.ts'
import { requireRepo } from './require-repo.ts'

/** The actor of commands on the machine itself, which have no token; audit rows have always called it `operator`. */
export const LOCAL_ADMIN = 'operator'

type Deps = Pick<RegistryDeps, 'metadata' | 'clock'>

type NewRepo = {
  readonly keys: readonly TrustKey[]
  /** Public when nothing is said. */
  readonly visibility?: Visibility
}

/** Throws ALREADY_EXISTS or LIMIT_EXCEEDED. */
export async function createRepo(
  { metadata, clock }: Deps,
  repo: Name,
  { keys, visibility = 'public' }: NewRepo,
): Promise<void> {
  const createdAt = clock()
  await metadata.repos.create(repo, ({ exists, repos }) => {
    if (exists)
      throw coded('ALREADY_EXISTS', {
        message: `repo ${quote(repo)} exists already`,
        hint: (data) => `\`octo registry repo key add ${repo} FILE --data ${data}\` lets a key sign in it`,
      })
    requireRoomForRepo(repo, repos)
    const twice = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) < index)
    if (twice) throw keyExists(repo, twice)
    const details = visibility === 'private' ? { visibility } : {}
    const created: AuditEntry = { at: createdAt, actor: LOCAL_ADMIN, action: 'repo-create', subject: repo, details }
    return { createdAt, visibility, keys, audit: [created, ...keys.map((key) => keyAdded(repo, key, createdAt))] }
  })
}

/** A running registry follows by itself. False when the repo was so already. Throws REPO_NOT_FOUND. */
export async function changeVisibility(
  { metadata, clock }: Deps,
  repo: Name,
  visibility: Visibility,
): Promise<boolean> {
  const at = clock()
  let isChanged = false
  await metadata.repos.changeVisibility(repo, (now) => {
    requireRepo(now !== undefined, repo)
    isChanged = now !== visibility
    const audit: AuditEntry = { at, actor: LOCAL_ADMIN, action: `repo-${visibility}`, subject: repo }
    return isChanged ? { visibility, at, audit } : undefined
  })
  return isChanged
}

/** Throws REPO_NOT_FOUND, or ALREADY_EXISTS for a key that the repo has or had. */
export async function addRepoKey({ metadata, clock }: Deps, repo: Name, key: TrustKey): Promise<void> {
  const addedAt = clock()
  await metadata.repos.addKey(repo, key.id, (found) => {
    requireRepo(found.repoExists, repo)
    if (found.key) throw found.key.revokedAt === null ? keyExists(repo, key) : keyRevoked(repo, found.key)
    return { key, addedAt, audit: keyAdded(repo, key, addedAt) }
  })
}

/** Releases that the key signed stay as they are; it signs nothing new. Throws REPO_NOT_FOUND or KEY_NOT_FOUND. */
export async function revokeKey({ metadata, clock }: Deps, repo: Name, id: string): Promise<void> {
  const now = clock()
  await metadata.repos.revokeKey(repo, id, ({ repoExists, key }) => {
    requireRepo(repoExists, repo)
    if (key && key.revokedAt !== null)
      throw coded('KEY_NOT_FOUND', {
        message: `key \`${key.id}\` of repo ${quote(repo)} was revoked already, at ${new Date(key.revokedAt).toISOString()}`,
        hint: (data) => `\`octo registry repo key list ${repo} --data ${data}\` shows those that exist`,
      })
    if (!key)
      throw coded('KEY_NOT_FOUND', {
        message: `repo ${quote(repo)} has no key ${quote(id)} that could be revoked`,
        hint: (data) => `\`octo registry repo key list ${repo} --data ${data}\` shows those that exist`,
      })
    const audit = { at: now, actor: LOCAL_ADMIN, action: 'key-revoke' as const, subject: repo, details: { key: id } }
    return { revokedAt: now, audit }
  })
}

/** With its window, so that one which is prolonged behind the log is found. */
function keyAdded(repo: Name, { id, from = null, to = null }: KeyWindow, at: number): AuditEntry {
  return { at, actor: LOCAL_ADMIN, action: 'key-add', subject: repo, details: { key: id, from, to } }
}

type KeyWindow = Pick<TrustKey, 'id'> & { readonly from?: number | null; readonly to?: number | null }

function keyExists(repo: Name, { id }: TrustKey): Error {
  return coded('ALREADY_EXISTS', {
    message: `repo ${quote(repo)} has the key \`${id}\` already`,
    hint: (data) => `\`octo registry repo key list ${repo} --data ${data}\` shows those that exist`,
  })
}

/** For good: releases of whoever stole it would be admitted again. */
function keyRevoked(repo: Name, { id, revokedAt }: RepoKey): Error {
  const revoked = new Date(revokedAt ?? 0).toISOString()
  return coded('ALREADY_EXISTS', {
    message: `key \`${id}\` of repo ${quote(repo)} was revoked at ${revoked}, and a revoked key is never admitted again`,
    details: { repo, key: id, revokedAt: revoked },
    hint: (data) =>
      `\`octo keygen --out NAME\` makes another, and \`octo registry repo key add ${repo} NAME.pub --data ${data}\` admits it`,
  })
}
