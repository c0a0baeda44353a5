// Measures in a file for the textfile collector of node_exporter: whoever reads it while it is written finds the old one or the new one.
// What is no file of its own is written to and never replaced: root would take `/dev/null` or `/dev/stdout` from the whole machine.
import { lstatSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { explainDisk } from '../../system/files/errors.ts'
import type { Family } from './exposition.ts'
import { renderExposition } from './exposition.ts'
import type { ReportKind } from './former-report.ts'
import { isOpenFile, requireFormerReport } from './former-report.ts'

type Access = { readonly isWorldReadable: boolean }

const FOR_ITS_USER = 0o600
const FOR_ALL = 0o644

export const MEASURES: ReportKind = { what: 'file of measures', begins: /^# (?:HELP|TYPE) octo_/ }

/** Throws USAGE, ALREADY_EXISTS, IO_FAILED or NO_SPACE. */
export async function writeExposition(
  path: string,
  families: readonly Family[],
  { isWorldReadable }: Access,
): Promise<void> {
  try {
    requireFormerReport(path, MEASURES)
    const text = renderExposition(families)
    const mode = isWorldReadable ? FOR_ALL : FOR_ITS_USER
    if (isStream(path)) await appendFile(path, text)
    else await replaceFile(path, text, { mode, staging: dirname(path), sync: false })
  } catch (error) {
    throw explainDisk(error, path)
  }
}

/** A device or pipe, or a name of the system for one; a link elsewhere is nobody's word for what it leads to, and is replaced. */
function isStream(path: string): boolean {
  if (isOpenFile(path)) return true
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found !== undefined && !found.isFile() && !found.isSymbolicLink() && !found.isDirectory()
}
