// A file that somebody named: what is none, or none that can be used, is told with what to do, and a pipe is never waited for.
import { coded, isCoded, withHint } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { explainDisk, isMissing } from './errors.ts'
import { readPlainFile } from './read-plain-file.ts'
import { explainRefusal } from './refusal.ts'

type Given = {
  /** `public key file`. */
  readonly what: string
  readonly maxBytes: number
  /** How to name or make another one. */
  readonly hint: string
}

/** Throws FILE_NOT_FOUND, IO_FAILED for what is no file or not for this user, and LIMIT_EXCEEDED. */
export function readGivenFile(path: string, { what, maxBytes, hint }: Given): Buffer {
  try {
    return readPlainFile(path, maxBytes)
  } catch (error) {
    if (isMissing(error))
      throw coded('FILE_NOT_FOUND', {
        message: `${what} ${quote(path)} cannot be read: nothing is there`,
        details: { path },
        hint,
        cause: error,
      })
    const explained = explainRefusal(error)
    if (isCoded(explained) && explained.hint !== undefined) throw explained
    throw withHint(explainDisk(explained, path), hint)
  }
}
