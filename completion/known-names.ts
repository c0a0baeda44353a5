// Names that completion offers, from what lies on this machine: lockfile, config, documents in the store, folders. Read in a few
// milliseconds and without a word of complaint; whatever is not of the form that a name has is no name. Answers THREATS.md: what a
// lockfile or a registry says is printable and bounded when a shell gets it.
import { opendirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { defaultConfigPath, lockPathOf, storeRootOf } from '../client/index.ts'
import { storedVersions } from '../client/query/stored-versions.ts'
import { NAME_PATTERN } from '../schemas/name.ts'
import { pluginName } from '../schemas/release-name.ts'
import type { Answer, KnownNames, Place } from './complete.ts'
import { isPlainText } from './plain-text.ts'
import { scanConfig } from './scan-config.ts'

type Environment = Readonly<Record<string, string | undefined>>

const MAX_LOCKFILE_BYTES = 8 * 1024 * 1024
const MAX_CONFIG_BYTES = 1024 * 1024
/** Entries of a folder that are looked at. */
const MAX_ENTRIES = 10_000
const FULL_NAME = /^([a-z0-9-]{1,64})\/([a-z0-9-]{1,64})$/
const VERSION = /^\d[0-9A-Za-z.+-]{0,63}$/

/** Beside `any`. */
const PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64', 'windows_amd64', 'windows_arm64']

export function openKnownNames({ cwd, env }: { readonly cwd: string; readonly env: Environment }): KnownNames {
  return {
    plugins(place) {
      const locked = lockedPlugins(pathsOf(place, cwd).lock)
      const names = new Set(locked.map(({ plugin }) => plugin))
      const asked = scanConfig(textOf(pathsOf(place, cwd).config, MAX_CONFIG_BYTES)).plugins
      return [
        ...locked.flatMap(({ repo, plugin, version }) => [
          { text: plugin, says: `${repo} ${version}`.trim() },
          { text: pluginName({ repo, plugin }), says: version },
        ]),
        ...asked.filter((name) => !names.has(name)).map((text) => ({ text, says: 'of the config' })),
      ]
    },
    versions(name, place) {
      const entry = lockedPlugins(pathsOf(place, cwd).lock).find(
        ({ repo, plugin }) => plugin === name || pluginName({ repo, plugin }) === name,
      )
      if (!entry) return []
      const { url, plugin, version } = entry
      const stored = storedVersions({ storeRoot: storeRootOf(env), url, plugin }).filter((text) => VERSION.test(text))
      const others = stored.filter((text) => text !== version).map((text) => ({ text }))
      return version === '' ? others : [{ text: version, says: 'locked' }, ...others]
    },
    services: (place) =>
      scanConfig(textOf(pathsOf(place, cwd).config, MAX_CONFIG_BYTES)).services.map((text) => ({ text })),
    platforms: () => [...PLATFORMS, 'any'].map((text) => ({ text })),
    files: (prefix, only) => filesBelow(prefix, { cwd, home: env.HOME, only }),
  }
}

/** Of configs on this machine; one from the web has its lockfile here. */
function pathsOf({ config, lock }: Place, cwd: string): { readonly config?: string; readonly lock?: string } {
  if (config !== undefined && /^[a-z]+:/.test(config)) return lock === undefined ? {} : { lock: resolve(cwd, lock) }
  const found = config === undefined ? defaultConfigPath(cwd) : resolve(cwd, config)
  if (found === undefined) return lock === undefined ? {} : { lock: resolve(cwd, lock) }
  return { config: found, lock: lockPathOf(found, cwd, lock) }
}

type Locked = { readonly repo: string; readonly plugin: string; readonly version: string; readonly url: string }

function lockedPlugins(path: string | undefined): readonly Locked[] {
  const text = textOf(path, MAX_LOCKFILE_BYTES)
  if (text === '') return []
  const { plugins } = parsed(text)
  if (typeof plugins !== 'object' || plugins === null) return []
  return Object.entries(plugins).flatMap(([name, entry]) => {
    const [, repo = '', plugin = ''] = FULL_NAME.exec(name) ?? []
    if (!NAME_PATTERN.test(repo) || !NAME_PATTERN.test(plugin)) return []
    const { version, url } = (entry ?? {}) as Readonly<Record<string, unknown>>
    const isVersion = typeof version === 'string' && VERSION.test(version)
    return [{ repo, plugin, version: isVersion ? version : '', url: typeof url === 'string' ? url : '' }]
  })
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** Empty for what is no file of at most so many bytes: a pipe would be waited for. */
function textOf(path: string | undefined, maxBytes: number): string {
  if (path === undefined) return ''
  try {
    const found = statSync(path)
    return found.isFile() && found.size <= maxBytes ? readFileSync(path, 'utf8') : ''
  } catch {
    return ''
  }
}

type Below = { readonly cwd: string; readonly home: string | undefined; readonly only: 'folders' | undefined }

/** What begins so, as it is typed. Hidden ones only behind a dot. */
function filesBelow(prefix: string, { cwd, home, only }: Below): Answer[] {
  const typed = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  const begin = prefix.slice(typed.length)
  const isHome = home !== undefined && typed.startsWith('~/')
  const folder = isHome ? join(home, typed.slice(2)) : resolve(cwd, typed === '' ? '.' : typed)
  return entriesOf(folder)
    .filter(({ name }) => name.startsWith(begin) && (begin !== '' || !name.startsWith('.')))
    .filter(({ name, isFolder }) => isPlainText(name) && (isFolder || only === undefined))
    .map(({ name, isFolder }) => ({ text: `${typed}${name}${isFolder ? '/' : ''}` }))
    .sort((one, other) => (one.text < other.text ? -1 : 1))
}

function entriesOf(folder: string): { readonly name: string; readonly isFolder: boolean }[] {
  const found: { name: string; isFolder: boolean }[] = []
  try {
    using open = opendirSync(folder)
    for (let entry = open.readSync(); entry && found.length < MAX_ENTRIES; entry = open.readSync()) {
      const leadsToFolder = () =>
        statSync(join(folder, entry?.name ?? ''), { throwIfNoEntry: false })?.isDirectory() === true
      found.push({ name: entry.name, isFolder: entry.isDirectory() || (entry.isSymbolicLink() && leadsToFolder()) })
    }
  } catch {
    // Nobody asked for an explanation.
  }
  return found
}
