// Measures in a file for the textfile collector of node_exporter: whoever reads it while it is written finds the old one or the new one.
import { dirname } from 'node:path'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { explainDisk } from '../../system/files/errors.ts'
import type { Family } from './exposition.ts'
import { renderExposition } from './exposition.ts'
import type { ReportKind } from './former-report.ts'
import { requireFormerReport } from './former-report.ts'
import { isStream, writeToStream } from './stream-target.ts'

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
    if (isStream(path)) await writeToStream(path, text)
    else await replaceFile(path, text, { mode, staging: dirname(path), sync: false })
  } catch (error) {
    throw explainDisk(error, path)
  }
}
