// `octo run --relink FILE`: a shim that found something changed has octo prove the plugin, and gets a new text for the next time.
import { accessSync, constants } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { VerifiedExecutable } from '../../client/index.ts'
import { openShimRecords, storeRootOf } from '../../client/index.ts'
import { messageOf } from '../../schemas/errors.ts'
import type { Terminal } from '../../terminal/index.ts'
import type { Session, SessionOptions } from '../operator-session.ts'
import { requireShimFolder } from './folder.ts'
import { openLinking } from './open-linking.ts'
import { planShim } from './plan-shim.ts'
import { kindOf, rewriteShim } from './shim-file.ts'

type Relink = {
  readonly file: string
  readonly request: string
  readonly executable: VerifiedExecutable
  readonly options: SessionOptions
}

type Place = { readonly terminal: Terminal; readonly cwd: string; readonly env: NodeJS.ProcessEnv }

/** The plugin runs whether or not its shim can be written again: `octo link --check` tells. */
export async function relink(session: Session, asked: Relink, { terminal, cwd, env }: Place): Promise<void> {
  const path = resolve(cwd, asked.file)
  if (!isOursToWrite(path)) return
  try {
    requireShimFolder(dirname(path), cwd)
    const { record } = await planShim(openLinking(session, asked.options, { cwd, env }), { ...asked, path })
    const isWritten = await rewriteShim(await openShimRecords(storeRootOf(env)), record)
    terminal.debug(isWritten ? `wrote ${path} again` : `${path} is no longer the shim that called`)
  } catch (error) {
    terminal.debug(`${path} is left as it is: ${messageOf(error)}`)
  }
}

/** A shim that was taken away is not brought back, and nothing else becomes one. */
function isOursToWrite(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK)
    return kindOf(path) === 'shim'
  } catch {
    return false
  }
}
