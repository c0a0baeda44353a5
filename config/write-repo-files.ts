// Puts the files of a config where its services find them, before an operator starts them.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { coded, isCoded } from '../schemas/errors.ts'
import { quote } from '../schemas/quote.ts'
import { shownAddress } from '../schemas/shown-address.ts'
import { decodeText } from '../schemas/text.ts'
import { writeWhole } from '../system/files/atomic-file.ts'
import { readPlainFile, tooLarge } from '../system/files/read-plain-file.ts'
import type { ScalarNode } from './document/node.ts'
import { placeOf } from './document/node.ts'
import type { TemplateVariables } from './document/template.ts'
import { expandFile } from './document/template.ts'
import { shownName } from './include/document-address.ts'
import type { FetchText } from './include/fetched-text.ts'
import { requireSigned } from './include/prove-fetched.ts'
import { openPrivateFolder } from './project-folder.ts'
import type { RepoFile } from './repo-files.ts'

const MAX_FILE_BYTES = 1024 * 1024
/** A program in a container is often another user; the folder around it keeps the users of this machine out. */
const READABLE = 0o644

type Writing = {
  /** For the user alone. */
  readonly folder: string
  readonly variables: TemplateVariables
  readonly fetchText: FetchText | undefined
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined
}

/** Gives what is to be warned of. Throws OFFLINE, FETCH or LIMIT errors, CONFIG_NOT_FOUND, CONFIG_INVALID for a template, STATE_UNSAFE, NO_SPACE or IO_FAILED. */
export async function writeRepoFiles(files: readonly RepoFile[], writing: Writing): Promise<readonly string[]> {
  const warnings: string[] = []
  for (const file of files) {
    const { address, path, isTemplate } = file
    if (path === address.name) readLocal(file)
    else {
      const text = address.kind === 'file' ? readLocal(file) : await fetchFile(file, writing, warnings)
      openPrivateFolder(writing.folder)
      const whole = isTemplate ? expandFile(documentOf(file, text), writing.variables) : text
      writeWhole(path, whole, { staging: join(path, '..'), mode: READABLE })
    }
  }
  return warnings
}

/** Texts of the files that templates are filled into; one that cannot be read is for whoever writes them to tell. */
export function localTemplates(files: readonly RepoFile[]): readonly string[] {
  const templates = files.filter(({ address, isTemplate }) => isTemplate && address.kind === 'file')
  return templates.map(readOrNothing)
}

function readOrNothing(file: RepoFile): string {
  try {
    return readLocal(file)
  } catch {
    return ''
  }
}

async function fetchFile(
  { address, node }: RepoFile,
  { fetchText, now = Date.now }: Writing,
  warnings: string[],
): Promise<string> {
  if (!fetchText) throw notAllowed(address.name)
  const fetched = await fetchText(address.name, MAX_FILE_BYTES).catch((error: unknown) => {
    throw isCoded(error, 'OFFLINE') ? notAllowed(address.name, error) : error
  })
  const found = typeof fetched === 'string' ? { text: fetched } : fetched
  if (found.warning !== undefined) warnings.push(`file ${quote(shownName(address))} ${found.warning}`)
  // What a signed document only names is not what was signed.
  const { signers, signed } = node.origin.source
  if (signers && signed) await requireSigned({ url: address.name, found, signers, fetchText, now: now() })
  else found.keep?.()
  return found.text
}

/** Files are fetched when something is started, and not when a config is shown. */
function notAllowed(url: string, cause?: unknown): Error {
  return coded('OFFLINE', {
    message: `file ${quote(shownAddress(url))} is needed from the network, and that is not allowed`,
    details: { url: shownAddress(url) },
    hint: 'run the same command once with network, without `--offline`: it keeps a copy',
    cause,
  })
}

function readLocal(file: RepoFile): string {
  const { name } = file.address
  try {
    if (file.isTemplate) return decodeText(readPlainFile(name, MAX_FILE_BYTES), name)
    // Its service reads it, which may be another user.
    const found = statSync(name)
    if (!found.isFile()) throw notReadable(file, 'it is not a file')
    if (found.size > MAX_FILE_BYTES) throw tooLarge(name, MAX_FILE_BYTES)
    return ''
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'IO_FAILED') throw notReadable(file, 'it is not a file')
    if (!['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(code)) throw error
    throw notReadable(file, code, error)
  }
}

function notReadable({ name, address }: RepoFile, reason: string, cause?: unknown): Error {
  return coded('CONFIG_NOT_FOUND', {
    message: `file ${quote(address.name)} of \`repos.files.${name}\` cannot be read`,
    details: { path: address.name, reason },
    cause,
  })
}

/** The text of a file as a value, which was written where the file is. */
function documentOf({ address, node }: RepoFile, text: string): ScalarNode {
  const from = node.origin.source
  const here = { name: shownName(address), remote: address.kind === 'web' }
  const source = { ...from, ...here, ...(from.remote ? {} : { includedAt: placeOf(node) }) }
  const origin = { source, document: { lineAt: () => 1 }, offset: 0 }
  return { kind: 'scalar', origin, value: text, text, plain: false, block: true }
}
