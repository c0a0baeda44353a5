// Where the registry of a repo has the schema of octo.yaml, for editors. It decides nothing: what a config may say is what octo reads.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { throwDefect } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'
import { CONFIG_SCHEMA_PATH } from '../../static-tree/paths.ts'
import { onDisk } from '../../system/files/errors.ts'
import type { FetchDocument } from '../network.ts'

/** Larger than any that octo writes. */
const MAX_BYTES = 1024 * 1024

/** Of the registry of `…/repos/core.yaml`, as seen from the config. Undefined where it has none. */
export async function servedSchema(
  configPath: string,
  repoUrl: string,
  fetchDocument: FetchDocument,
): Promise<string | undefined> {
  const url = new URL(`../${CONFIG_SCHEMA_PATH}`, repoUrl)
  if (!(await isSchemaAt(url, url.protocol === 'file:' ? readFile : fetchDocument))) return undefined
  if (url.protocol !== 'file:') return url.href
  const path = relative(dirname(configPath), fileURLToPath(url)).split(sep).join(posix.sep)
  return /\s/.test(path) ? undefined : path
}

async function readFile(url: URL): Promise<string | undefined> {
  const path = fileURLToPath(url)
  return existsSync(path) ? onDisk(path, () => readFileSync(path, 'utf8')) : undefined
}

async function isSchemaAt(url: URL, fetchText: FetchDocument): Promise<boolean> {
  try {
    const text = await fetchText(url, MAX_BYTES)
    if (text === undefined) return false
    const schema = parseJson(text, url.href, MAX_BYTES) as { readonly title?: unknown } | null
    return schema?.title === 'octo.yaml'
  } catch (error) {
    throwDefect(error)
    return false
  }
}
