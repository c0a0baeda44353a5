// What a version is by now beside being published: withdrawn, blocked or deprecated, with the reasons.
import { omitUndefined } from './omit-undefined.ts'
import type { DocumentVersion } from './plugin-document.ts'
import { printable } from './quote.ts'

export type VersionStanding = Pick<DocumentVersion, 'state' | 'reason' | 'deprecated'>

export function standingOf({ state, reason, deprecated }: VersionStanding): VersionStanding {
  return { state, ...omitUndefined({ reason, deprecated }) }
}

/** In words for people; nothing of a version that is offered to everybody without a word. */
export function versionNotes({ state, reason, deprecated }: VersionStanding): string[] {
  return [
    ...(state === 'active' ? [] : [reason === undefined ? state : `${state} (${printable(reason)})`]),
    ...(deprecated === undefined ? [] : [`deprecated (${printable(deprecated)})`]),
  ]
}
