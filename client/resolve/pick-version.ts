// Which version of a document answers a question: locked first, never a yanked or blocked one anew, pre-releases only when
// asked, newest otherwise. Pure.
import { coded } from '../../schemas/errors.ts'
import type { DocumentVersion, PluginDocument } from '../../schemas/plugin-document.ts'
import { quote } from '../../schemas/quote.ts'
import { pluginName } from '../../schemas/release-name.ts'
import type { Version } from '../../schemas/version.ts'
import { isAtLeast, isPrerelease, newestFirst, satisfies } from '../../schemas/version.ts'
import type { Question } from '../sources/offer.ts'

type Pick = {
  readonly version: DocumentVersion
  /** Why this one, for `octo why`. */
  readonly reason: string
}

export type PickOptions = {
  /** Kept as long as it answers the question. */
  readonly locked?: Version
  readonly operatorVersion: Version
}

/** Throws VERSION_NOT_FOUND, VERSION_YANKED, VERSION_QUARANTINED or OPERATOR_TOO_OLD. */
export function pickVersion(document: PluginDocument, question: Question, options: PickOptions): Pick {
  const kept = document.versions.find(({ version }) => version === options.locked)
  if (kept?.state === 'quarantined')
    throw quarantined(document, kept, `octo update ${document.plugin} looks for another version`)
  if (kept && answers(kept.version, question)) return { version: kept, reason: 'it is locked and satisfies all ranges' }
  const fitting = document.versions.filter(({ version }) => answers(version, question))
  const active = fitting.filter(({ state }) => state === 'active')
  const usable = active.filter((candidate) => isNewEnough(candidate, options.operatorVersion))
  const [newest] = newestFirst(usable)
  if (newest) return { version: newest, reason: reasonOf(newest.version, question) }
  throw refusal({ document, question, fitting, active, operatorVersion: options.operatorVersion })
}

/** Every range has to be satisfied, and a pre-release asked for: by a range that names one, or by `prerelease`. */
export function answers(version: Version, { ranges, prerelease }: Question): boolean {
  if (ranges.length === 0) return prerelease || !isPrerelease(version)
  return ranges.every((range) => satisfies(version, range, prerelease))
}

function isNewEnough({ minimumOperator }: DocumentVersion, operatorVersion: Version): boolean {
  return minimumOperator === undefined || isAtLeast(operatorVersion, minimumOperator)
}

function reasonOf(version: Version, { ranges, prerelease }: Question): string {
  const kind = isPrerelease(version)
    ? 'a pre-release, and the newest version'
    : prerelease
      ? 'the newest version, pre-releases included'
      : 'the newest stable version'
  return ranges.length === 0 ? `it is ${kind}` : `it is ${kind} that satisfies ${ranges.map(quote).join(' and ')}`
}

type Refusal = {
  readonly document: PluginDocument
  readonly question: Question
  readonly fitting: readonly DocumentVersion[]
  readonly active: readonly DocumentVersion[]
  readonly operatorVersion: Version
}

function refusal({ document, question, fitting, active, operatorVersion }: Refusal): Error {
  const name = pluginName(document)
  const wanted = question.ranges.length === 0 ? 'a stable version' : question.ranges.map(quote).join(' and ')
  const [tooNew] = active
  if (tooNew)
    return coded('OPERATOR_TOO_OLD', {
      message: `${quote(`${name}@${tooNew.version}`)} needs octo \`${tooNew.minimumOperator}\` or newer, found \`${operatorVersion}\``,
      details: { plugin: name, version: tooNew.version, minimumOperator: tooNew.minimumOperator, operatorVersion },
      hint: 'update octo, or ask for an older version of the plugin',
    })
  const withdrawn = newestFirst(fitting)
  const blocked = withdrawn.find(({ state }) => state === 'quarantined')
  const yanked = withdrawn.find(({ state }) => state === 'yanked')
  const [newest = yanked] = withdrawn
  if (yanked && newest)
    return coded('VERSION_YANKED', {
      message: `every version of ${quote(name)} that fits ${wanted} was ${blocked ? 'yanked or quarantined' : 'yanked'}, the newest is ${quote(newest.version)}${reasonNote(newest)}`,
      details: { plugin: name, version: newest.version, reason: newest.reason },
      hint: blocked
        ? 'ask for another range; lockfiles that name a yanked version keep working, and of a quarantined one they do not'
        : 'ask for another range; lockfiles that name the version keep working',
    })
  if (blocked) return quarantined(document, blocked, 'no other version fits: ask for another range')
  const existing = document.versions.slice(0, 10).map(({ version }) => version)
  return coded('VERSION_NOT_FOUND', {
    message: `${quote(name)} has no version that fits ${wanted}, it has ${existing.map(quote).join(', ') || 'none at all'}`,
    details: { plugin: name, ranges: question.ranges, versions: existing },
    hint:
      existing.length > 0 && existing.every(isPrerelease)
        ? 'only pre-releases exist: ask with `prerelease: true`'
        : `\`octo info ${document.plugin}\` lists its versions`,
  })
}

function quarantined(document: PluginDocument, { version, reason }: DocumentVersion, hint: string): Error {
  const name = `${document.repo}/${document.plugin}@${version}`
  return coded('VERSION_QUARANTINED', {
    message: `${quote(name)} is blocked by its registry${reason ? `: ${reason}` : ''}`,
    details: { plugin: pluginName(document), version, reason },
    hint,
  })
}

function reasonNote({ reason }: DocumentVersion): string {
  return reason ? ` (${reason})` : ''
}
