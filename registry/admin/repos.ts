// What the owner of a registry does with repos: create them, and say whose signatures they admit.
import { coded } from '../../schemas/errors.ts'
import { requireRoomForRepo } from '../../schemas/growth-limits.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import type { RegistryDeps } from '../context.ts'
import { writeAudit } from '../db/sqlite/audit.ts'
import type { Db } from '../db/sqlite/open.ts'
import { write } from '../db/sqlite/open.ts'
import { addToOutbox } from '../db/sqlite/outbox.ts'
import { countRepos, insertRepo, insertRepoKey, requireRepo, revokeRepoKey } from '../db/sqlite/repos.ts'

/** The actor of commands on the machine itself, which have no token; audit rows have always called it `operator`. */
export const LOCAL_ADMIN = 'operator'

type Deps = Pick<RegistryDeps, 'db' | 'clock'>

/** Throws ALREADY_EXISTS or LIMIT_EXCEEDED. */
export function createRepo({ db, clock }: Deps, repo: Name, keys: readonly TrustKey[]): void {
  const now = clock()
  write(db, (tx) => {
    if (!insertRepo(tx, repo, now))
      throw coded('ALREADY_EXISTS', {
        message: `repo ${quote(repo)} exists already`,
        hint: `\`octo registry repo key add ${repo} FILE --data DIR\` lets a key sign in it`,
      })
    requireRoomForRepo(repo, countRepos(tx) - 1)
    writeAudit(tx, { at: now, actor: LOCAL_ADMIN, action: 'repo-create', subject: repo })
    for (const key of keys) addInTransaction(tx, { repo, key, now })
    addToOutbox(tx, { repo, createdAt: now })
  })
}

/** Throws REPO_NOT_FOUND, or ALREADY_EXISTS for a key that the repo has or had. */
export function addRepoKey({ db, clock }: Deps, repo: Name, key: TrustKey): void {
  write(db, (tx) => {
    requireRepo(tx, repo)
    addInTransaction(tx, { repo, key, now: clock() })
  })
}

/** Releases that the key signed stay as they are; it signs nothing new. Throws REPO_NOT_FOUND or FILE_NOT_FOUND. */
export function revokeKey({ db, clock }: Deps, repo: Name, id: string): void {
  const now = clock()
  write(db, (tx) => {
    requireRepo(tx, repo)
    if (!revokeRepoKey(tx, repo, id, now))
      throw coded('FILE_NOT_FOUND', {
        message: `repo ${quote(repo)} has no key ${quote(id)} that could be revoked`,
        hint: `\`octo registry repo key list ${repo} --data DIR\` shows those that exist`,
      })
    writeAudit(tx, { at: now, actor: LOCAL_ADMIN, action: 'key-revoke', subject: repo, details: { key: id } })
  })
}

type Addition = { readonly repo: Name; readonly key: TrustKey; readonly now: number }

function addInTransaction(tx: Db, { repo, key, now }: Addition): void {
  if (!insertRepoKey(tx, repo, key, now))
    throw coded('ALREADY_EXISTS', {
      message: `repo ${quote(repo)} has the key \`${key.id}\` already, perhaps revoked`,
      hint: `\`octo registry repo key list ${repo} --data DIR\` shows those that exist`,
    })
  writeAudit(tx, { at: now, actor: LOCAL_ADMIN, action: 'key-add', subject: repo, details: { key: key.id } })
}
