// Which serials of plugin documents are worth remembering. Documents are not signed, so a forged one may carry any number;
// what is remembered refuses everything below it. Pure. Answers: one forged answer that blocks the honest repo for ever.
import { LIMITS } from '../../schemas/limits.ts'
import type { PluginDocument } from '../../schemas/plugin-document.ts'

/** A serial counts the changes of a document: each version is published once, and its state changes a few times. */
const CHANGES_PER_VERSION = 100
const FURTHER_CHANGES = 1_000
/** Further than this no plugin moves between two looks at it. */
const MAX_LEAP = 10_000
/** Beyond every document that could be read: only a forged one can have brought it here. */
const MAX_SERIAL = 100_000_000

/** What to remember after this document: its serial where its content explains it, else what was known. */
export function serialToKeep(
  { serial, versions, pages = [] }: Pick<PluginDocument, 'serial' | 'versions' | 'pages'>,
  known: number,
): number {
  const count = pages.reduce((sum, page) => sum + page.versions, versions.length)
  const explained = FURTHER_CHANGES + CHANGES_PER_VERSION * Math.min(count, LIMITS.versionsPerPlugin)
  const isBelievable = serial <= explained && (known === 0 || serial - known <= MAX_LEAP)
  return isBelievable ? Math.max(serial, known) : known
}

/** The highest of those remembered; a number that no document can have is none. */
export function highestKnown(serials: readonly number[]): number {
  return Math.max(0, ...serials.filter((serial) => Number.isSafeInteger(serial) && serial <= MAX_SERIAL))
}
