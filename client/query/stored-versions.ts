// Which versions of a plugin this machine has heard of last, for completion: from the copy of the plugin's document in the store. It
// proves nothing, asks nobody and never throws; who is offered a version has it proven when it is used.
import { lstatSync, readFileSync } from 'node:fs'
import { layoutOf } from '../store/layout.ts'

type Asked = {
  readonly storeRoot: string
  /** Of the repo, as the lockfile has it. */
  readonly url: string
  readonly plugin: string
}

/** A larger one would take longer to read than a person waits for a word. */
const MAX_COPY_BYTES = 4 * 1024 * 1024
const MAX_VERSIONS = 1000

/** Newest first, without those that are withdrawn. */
export function storedVersions({ storeRoot, url, plugin }: Asked): readonly string[] {
  try {
    const path = layoutOf(storeRoot).document(documentUrl(url, plugin))
    const found = lstatSync(path)
    if (!found.isFile() || found.size > MAX_COPY_BYTES) return []
    const { text } = JSON.parse(readFileSync(path, 'utf8')) as { readonly text: string }
    const { versions } = JSON.parse(text) as { readonly versions: readonly { version?: unknown; state?: unknown }[] }
    return versions
      .slice(0, MAX_VERSIONS)
      .flatMap(({ version, state }) => (typeof version === 'string' && state === 'active' ? [version] : []))
  } catch {
    return []
  }
}

/** `…/repos/core.yaml` has its plugins below `…/repos/core/`. */
function documentUrl(url: string, plugin: string): string {
  const name = /\/([^/]+)\.ya?ml$/.exec(new URL(url).pathname)?.[1] ?? ''
  return new URL(`${name}/${plugin}.json`, url).href
}
