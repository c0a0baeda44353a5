// The file of `--junit` or `--html`. Its folder is made: CI jobs name one that does not exist yet.
import { dirname } from 'node:path'
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import type { ReportKind } from '../metrics/former-report.ts'
import { requireFormerReport, writeOverFormer } from '../metrics/former-report.ts'
import { isPipe, isStream, writeToStream } from '../metrics/stream-target.ts'

export const JUNIT: ReportKind = { what: 'JUnit report', begins: /^<\?xml [^>]*>\s*<testsuites name="octo check"/ }
/** The title is what octo alone writes. */
export const HTML: ReportKind = {
  what: 'page of checks',
  begins: /^<!doctype html>\n<html lang="en">\n<head>\n(?:<meta [^>]*>\n)*<title>(?:passed|failed): /,
}

/** Throws USAGE, ALREADY_EXISTS or IO_FAILED. */
export async function writeReport(path: string, text: string, kind: ReportKind): Promise<void> {
  try {
    requireFormerReport(path, kind)
    makeFolder(dirname(path))
    await (isStream(path) || isPipe(path) ? writeToStream(path, text) : writeOverFormer(path, text, kind))
  } catch (cause) {
    if (isCoded(cause)) throw cause
    const { code = 'unknown' } = cause as NodeJS.ErrnoException
    // A socket, as standard output below some programs, cannot be opened by its name either.
    const reason = code === 'ENXIO' && isPipe(path) ? 'nobody reads this pipe' : code
    throw coded('IO_FAILED', {
      message: `report ${quote(path)} cannot be written: ${reason}; the results are shown above`,
      details: { path, reason },
      cause,
    })
  }
}
