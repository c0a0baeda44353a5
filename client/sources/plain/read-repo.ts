// Plain repo YAML as octoctl reads it today, for sources that the config calls `trust: unsigned`. Nothing in
// it is evaluated: no templates beyond OS and ARCH, no `file:` URLs from elsewhere, no build commands; includes are bounded.
import { coded } from '../../../schemas/errors.ts'
import { mapOf } from '../../../schemas/is-map.ts'
import type { Name } from '../../../schemas/name.ts'
import { isName } from '../../../schemas/name.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { isPlatform } from '../../../schemas/platform.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import { relativePathShape } from '../../../schemas/shapes.ts'
import { shownAddress } from '../../../schemas/shown-address.ts'
import { parseYaml, SERVED_YAML } from '../../../schemas/yaml/parse.ts'
import type { FetchDocument } from '../../network.ts'
import { noRepoAt } from '../require-repo.ts'

export type PlainArtifact = {
  readonly url: string
  readonly sha256Url?: string
  /** Name inside an archive. */
  readonly binary?: string
}

type PlainPlugin = {
  readonly plugin: Name
  readonly kind: 'tool' | 'operator' | 'service'
  readonly platforms: ReadonlyMap<Platform, PlainArtifact>
}

const MAX_DOCUMENTS = 32
const MAX_DEPTH = 5

/** All plugins of the repo and its includes by name; the including document wins, as octoctl has it. */
export async function readPlainRepo(fetch: FetchDocument, url: URL): Promise<ReadonlyMap<Name, PlainPlugin>> {
  const plugins = new Map<Name, PlainPlugin>()
  await visitRepo(fetch, url, (root, at) => {
    for (const plugin of pluginsIn(root, at)) if (!plugins.has(plugin.plugin)) plugins.set(plugin.plugin, plugin)
  })
  return plugins
}

/** The documents of a repo, those first that count first. */
export async function visitRepo(
  fetch: FetchDocument,
  url: URL,
  visit: (root: unknown, at: URL) => void,
): Promise<void> {
  const seen = new Set<string>()
  async function read(at: URL, depth: number): Promise<void> {
    if (seen.has(at.href)) throw tooMuch(at, 'is included twice or in a circle')
    if (depth > MAX_DEPTH || seen.size >= MAX_DOCUMENTS) throw tooMuch(at, `is one include too many`)
    seen.add(at.href)
    const text = await fetch(at, SERVED_YAML.maxBytes)
    if (text === undefined) throw noRepoAt(at)
    const root = parseYaml(text, shownAddress(at), SERVED_YAML).value
    visit(root, at)
    for (const include of listAt(root, 'include')) await read(includeUrl(textAt(include, 'url', at), at), depth + 1)
  }
  await read(url, 0)
}

function pluginsIn(root: unknown, base: URL): readonly PlainPlugin[] {
  const kinds = [
    ['tool', 'tools'],
    ['operator', 'operators'],
    ['service', 'services'],
  ] as const
  return kinds.flatMap(([kind, key]) =>
    entriesAt(root, key).flatMap(([plugin, value]) => {
      // Operators carry their binaries directly, tools and services below `baremetal`.
      const binary = kind === 'operator' ? valueAt(value, 'binary') : valueAt(valueAt(value, 'baremetal'), 'binary')
      const platforms = platformsIn(binary, base)
      return isName(plugin) && platforms.size > 0 ? [{ plugin, kind, platforms }] : []
    }),
  )
}

function platformsIn(binary: unknown, base: URL): ReadonlyMap<Platform, PlainArtifact> {
  const found = new Map<Platform, PlainArtifact>()
  for (const [platform, value] of entriesOf(binary)) {
    const [os = '', arch = ''] = platform.split('_')
    const fill = (text: string | undefined) => text?.replaceAll('{{.OS}}', os).replaceAll('{{.ARCH}}', arch)
    const [url, sha256Url, inner] = ['url', 'sha256Url', 'binary'].map((key) => fill(textAt(value, key, base)))
    if (!isPlatform(platform) || url === undefined) continue
    found.set(platform, {
      url: webUrl(url, base).href,
      ...(sha256Url ? { sha256Url: webUrl(sha256Url, base).href } : {}),
      ...(inner ? { binary: pathInside(inner, base) } : {}),
    })
  }
  return found
}

function includeUrl(text: string | undefined, base: URL): URL {
  return webUrl(text ?? '', base)
}

/** A repo from elsewhere may not name files of this machine; one of this machine may, and which is for the network to say. */
function webUrl(text: string, base: URL): URL {
  if (text !== '' && URL.canParse(text, base)) {
    const url = new URL(text, base)
    const isSame = url.protocol === base.protocol && ['http:', 'file:'].includes(url.protocol)
    if (url.protocol === 'https:' || isSame) return url
  }
  throw coded('FORMAT_INVALID', {
    message: `${quote(shownAddress(base))} names the address ${quote(shownAddress(text))}, expected one that starts with \`https://\``,
    details: { source: shownAddress(base) },
  })
}

function tooMuch(url: URL, problem: string): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `repo document ${quote(shownAddress(url))} ${problem}`,
    details: { url: shownAddress(url) },
  })
}

/** What is executed has to lie in the archive. */
function pathInside(text: string, base: URL): string {
  if (relativePathShape.safeParse(text).success) return text
  throw coded('FORMAT_INVALID', {
    message: `${quote(shownAddress(base))} names the binary ${quote(text)}, expected a path inside an archive`,
    details: { source: shownAddress(base) },
  })
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(mapOf(value))
}
const entriesAt = (value: unknown, key: string) => entriesOf(valueAt(value, key))

function valueAt(value: unknown, key: string): unknown {
  return entriesOf(value).find(([name]) => name === key)?.[1]
}

/** What is no text here may be one for octoctl, which takes `0755` as it is written. */
function textAt(value: unknown, key: string, base: URL): string | undefined {
  const found = valueAt(value, key)
  if (found === undefined || found === null || typeof found === 'string') return found ?? undefined
  throw coded('FORMAT_INVALID', {
    message: `${quote(shownAddress(base))} has \`${key}: ${printable(String(found), 60)}\`, expected text in quotes`,
    details: { source: shownAddress(base), key },
  })
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const found = valueAt(value, key)
  return Array.isArray(found) ? found : []
}
