// Writes a document of a person anew: whole or not at all, and never over what somebody changed meanwhile.
import { readFile, realpath, stat } from 'node:fs/promises'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { decodeText } from '../../schemas/text.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { isMissing } from '../../system/files/errors.ts'

/** A question may stand for hours, and an editor be open beside it. Undefined: there was no file. Throws CHANGES_OUTDATED. */
export async function requireUnchanged(path: string, before: string | undefined, hint: string): Promise<void> {
  if ((await textAt(path)) === before) return
  throw coded('CHANGES_OUTDATED', {
    message: `${quote(path)} was changed since it was read, and nothing was written`,
    details: { path },
    hint,
  })
}

/** A link stays a link, and a file keeps its mode. */
export async function replaceText(path: string, text: string): Promise<void> {
  const real = await realpath(path)
  await replaceFile(real, text, { mode: (await stat(real)).mode & 0o7777 })
}

async function textAt(path: string): Promise<string | undefined> {
  try {
    return decodeText(await readFile(path), path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
