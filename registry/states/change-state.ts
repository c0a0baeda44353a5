// Yank, deprecate and quarantine, and their ways back. Each is a reason of its own beside the sealed version; no byte changes.
import type { ChangeStateRequest, TokenAction, VersionAction, VersionStateAnswer } from '../../schemas/api.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { requireRepo } from '../admin/require-repo.ts'
import type { Principal } from '../auth/principal.ts'
import { authorizeAgain } from '../auth/principal.ts'
import { spendBudget } from '../budgets/hourly-budget.ts'
import type { RegistryServices } from '../context.ts'
import { writeAudit } from '../db/sqlite/audit.ts'
import type { Db } from '../db/sqlite/open.ts'
import { writePatiently } from '../db/sqlite/open.ts'
import { addToOutbox } from '../db/sqlite/outbox.ts'
import { repoExists } from '../db/sqlite/repos.ts'
import { findToken } from '../db/sqlite/tokens.ts'
import type { ReleaseKey, VersionFlags, VersionRow } from '../db/sqlite/versions.ts'
import { findPlugin, findVersion, updateVersionFlags } from '../db/sqlite/versions.ts'
import { refreshPlugin } from './refresh-plugin.ts'

type Rule = {
  readonly flag: keyof VersionFlags
  readonly set: boolean
  /** What a token needs for it. */
  readonly needs: TokenAction
}

export const STATE_RULES: Readonly<Record<VersionAction, Rule>> = {
  yank: { flag: 'yanked', set: true, needs: 'yank' },
  unyank: { flag: 'yanked', set: false, needs: 'yank' },
  deprecate: { flag: 'deprecated', set: true, needs: 'yank' },
  undeprecate: { flag: 'deprecated', set: false, needs: 'yank' },
  quarantine: { flag: 'quarantined', set: true, needs: 'quarantine' },
  unquarantine: { flag: 'quarantined', set: false, needs: 'quarantine' },
}

type StateChange = {
  readonly release: ReleaseKey
  readonly request: ChangeStateRequest
  readonly principal: Pick<Principal, 'id'>
}

/** Answers once the tree shows the change. Throws UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED, REPO_NOT_FOUND, PLUGIN_NOT_FOUND, VERSION_NOT_FOUND, USAGE or STATE_CONFLICT. */
export async function changeState(services: RegistryServices, change: StateChange): Promise<VersionStateAnswer> {
  const answer = await writePatiently(services.db, (tx) => changeInTransaction(tx, change, services))
  await services.tree.drain(change.release)
  return answer
}

function changeInTransaction(tx: Db, change: StateChange, { clock, config }: RegistryServices): VersionStateAnswer {
  const { release, request, principal } = change
  const { flag, set, needs } = STATE_RULES[request.action]
  const now = clock()
  authorizeAgain(findToken(tx, principal.id), now, { principal, action: needs, ...release })
  const row = requireVersion(tx, release)
  const wanted = wantedReason(request, set)
  // A request that is sent again after its answer was lost changes nothing.
  if (row[flag] === wanted) return stateAnswer(row, findPlugin(tx, row.repo, row.plugin)?.serial ?? 0)
  if (set && row[flag] !== null) throw conflict(row, `is ${flag} already, for another reason: ${quote(row[flag])}`)
  spendBudget(tx, { owner: principal.id, name: 'stateChangesPerHour', limits: config.limits, now })
  updateVersionFlags(tx, row, { [flag]: wanted })
  const serial = refreshPlugin(tx, row.repo, row.plugin)
  const subject = `${row.repo}/${row.plugin}@${row.version}`
  const details = { serial, ...(wanted === null ? {} : { reason: wanted }) }
  writeAudit(tx, { at: now, actor: principal.id, action: request.action, subject, details })
  addToOutbox(tx, { repo: row.repo, plugin: row.plugin, createdAt: now })
  return stateAnswer(requireVersion(tx, release), serial)
}

function wantedReason({ action, reason }: ChangeStateRequest, set: boolean): string | null {
  if (!set) return null
  if (reason !== undefined) return reason
  throw coded('USAGE', {
    message: `a reason is needed to ${action} a version`,
    hint: `for example \`octo ${action} REPO/PLUGIN@VERSION --reason TEXT\``,
  })
}

function requireVersion(tx: Db, release: ReleaseKey): VersionRow {
  const { repo, plugin, version } = release
  requireRepo(repoExists(tx, repo), repo)
  const row = findVersion(tx, release)
  if (row) return row
  const known = findPlugin(tx, repo, plugin) !== undefined
  throw coded(known ? 'VERSION_NOT_FOUND' : 'PLUGIN_NOT_FOUND', {
    message: known
      ? `${quote(`${repo}/${plugin}`)} has no version ${quote(version)}`
      : `repo ${quote(repo)} has no plugin ${quote(plugin)}`,
    details: { ...release },
  })
}

function stateAnswer(row: VersionRow, serial: number): VersionStateAnswer {
  const { repo, plugin, version, state, deprecated } = row
  const reason = row.quarantined ?? row.yanked
  return {
    ...{ repo, plugin, version, state, serial },
    ...(reason === null ? {} : { reason }),
    ...(deprecated === null ? {} : { deprecated }),
  }
}

function conflict({ repo, plugin, version }: VersionRow, problem: string): Error {
  return coded('STATE_CONFLICT', {
    message: `\`${repo}/${plugin}@${version}\` ${problem}`,
    details: { repo, plugin, version },
    hint: 'take the earlier one back first',
  })
}
