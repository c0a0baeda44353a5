// Yank, deprecate and quarantine, and their ways back. Each is a reason of its own beside the sealed version; no byte changes.
import type { ChangeStateRequest, TokenAction, VersionAction, VersionStateAnswer } from '../../schemas/api.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { pluginName, releaseName } from '../../schemas/release-name.ts'
import { requireRepo } from '../admin/require-repo.ts'
import type { Principal } from '../auth/principal.ts'
import { authorizeAgain } from '../auth/principal.ts'
import { mayRead } from '../auth/scope.ts'
import { spendBudget } from '../budgets/hourly-budget.ts'
import type { RegistryServices } from '../context.ts'
import type { ChangedRelease, FoundForState, StateChange } from '../db/publishing-store.ts'
import type { AuditEntry, Release, ReleaseKey, VersionFlags } from '../db/records.ts'
import { stateOf } from '../db/version-state.ts'
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

type Change = {
  readonly release: ReleaseKey
  readonly request: ChangeStateRequest
  readonly principal: Pick<Principal, 'id'>
}

/** Answers once the tree shows the change. Throws UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED, REPO_NOT_FOUND, PLUGIN_NOT_FOUND, VERSION_NOT_FOUND, USAGE or STATE_CONFLICT. */
export async function changeState(services: RegistryServices, change: Change): Promise<VersionStateAnswer> {
  const { release, principal } = change
  const question = { release, tokenId: principal.id }
  const { publishing } = services.metadata
  const changed = await publishing.changeState(question, (found) => decideChange(change, found, services))
  await services.tree.drain(release)
  return stateAnswer(changed)
}

function decideChange(change: Change, found: FoundForState, { clock, config }: RegistryServices): StateChange {
  const { release, request, principal } = change
  const { flag, set, needs } = STATE_RULES[request.action]
  const now = clock()
  authorizeAgain(found.token, now, { principal, action: needs, ...release })
  const before = requireVersion(release, found)
  const wanted = wantedReason(request, set)
  // A request that is sent again after its answer was lost changes nothing.
  if (before[flag] === wanted) return { kind: 'same' }
  if (set && before[flag] !== null)
    throw conflict(before, `is ${flag} already, for another reason: ${quote(before[flag])}`)
  const { limits } = config
  const stateChangesPerHour = spendBudget({ spent: found.spent, name: 'stateChangesPerHour', limits, now })
  const flags = { [flag]: wanted }
  const after = { version: before.version, state: stateOf({ ...before, ...flags }) }
  const versions = found.versions.map((each) => (each.version === before.version ? after : each))
  const plugin = refreshPlugin({ release, known: found.plugin, versions, at: now })
  const audit: AuditEntry = {
    at: now,
    actor: principal.id,
    action: request.action,
    subject: releaseName(before),
    details: { serial: plugin.serial, ...(wanted === null ? {} : { reason: wanted }) },
  }
  return { kind: 'change', flags, plugin, spent: { stateChangesPerHour }, audit }
}

function wantedReason({ action, reason }: ChangeStateRequest, set: boolean): string | null {
  if (!set) return null
  if (reason !== undefined) return reason
  throw coded('USAGE', {
    message: `a reason is needed to ${action} a version`,
    hint: `for example \`octo ${action} REPO/PLUGIN@VERSION --reason TEXT\``,
  })
}

/** A plugin that is not there has no repo either, for whoever may change states in every repo and not read the private ones. */
function requireVersion(key: ReleaseKey, found: FoundForState): Release {
  const { repoExists, isPrivate, token, plugin, release } = found
  if (release) return release
  requireRepo(repoExists && (!isPrivate || mayRead(token?.scopes ?? [], key.repo)), key.repo)
  const name = pluginName(key)
  throw coded(plugin ? 'VERSION_NOT_FOUND' : 'PLUGIN_NOT_FOUND', {
    message: plugin
      ? `${quote(name)} has no version ${quote(key.version)}`
      : `repo ${quote(key.repo)} has no plugin ${quote(key.plugin)}`,
    details: { ...key },
    hint: plugin ? `\`octo info ${key.plugin}\` lists its versions` : '`octo search WORD` finds plugins by word',
  })
}

function stateAnswer({ release, serial }: ChangedRelease): VersionStateAnswer {
  const { repo, plugin, version, state, deprecated } = release
  const reason = release.quarantined ?? release.yanked
  return {
    repo,
    plugin,
    version,
    state,
    serial,
    ...(reason === null ? {} : { reason }),
    ...(deprecated === null ? {} : { deprecated }),
  }
}

function conflict({ repo, plugin, version }: Release, problem: string): Error {
  return coded('STATE_CONFLICT', {
    message: `\`${repo}/${plugin}@${version}\` ${problem}`,
    details: { repo, plugin, version },
    hint: 'take the earlier one back first',
  })
}
