// Finds what stands in the tree and should not: left by a crash, by hand, or by an attacker.
import { join } from 'node:path/posix'
import { digestFromHex } from '../../schemas/digest.ts'
import type { Name } from '../../schemas/name.ts'
import { isSharded } from '../../static-tree/render/repo.ts'
import type { TreeEntry } from '../../static-tree/write/store.ts'
import { VARIANTS } from '../../static-tree/write/variants.ts'
import type { TreePlaces } from './show.ts'
import { isNeeded } from './show.ts'

type Exclusively = <T>(act: () => Promise<T>) => Promise<T>
/** What may stand in a folder of the tree. */
type Allowed = { readonly folders?: Iterable<string>; readonly files?: Iterable<string> }
/** What is allowed is asked in its turn: what the registry showed while it waited belongs to the tree. */
type Sweep = (path: string, allowed: () => Allowed | Promise<Allowed>) => Promise<void>

/** Only folders that belong are entered, so a link cannot lead out of the tree. */
export async function removeExtraFiles(
  places: TreePlaces,
  { exclusively, withBlobs }: { readonly exclusively: Exclusively; readonly withBlobs: boolean },
): Promise<void> {
  const sweep: Sweep = (path, allowed) => exclusively(async () => sweepFolder(path, await allowed(), places))
  const isPublic = places.visibility === 'public'
  await sweep('', () => ({ folders: ['repos', 'blobs', ...(isPublic ? ['.well-known', 'schemas'] : [])] }))
  await sweep('.well-known', () => ({ files: documents('octo', ['json']) }))
  await sweep('schemas', () => ({
    files: [...documents('octo.schema', ['json']), ...documents('plugin.schema', ['json'])],
  }))
  await sweep('blobs', () => ({ folders: ['sha256'] }))
  if (withBlobs) await sweepBlobs(places, exclusively)
  const { repos } = places.metadata
  await sweep('repos', async () => {
    const folders = await repos.list(places.visibility)
    return { folders, files: folders.flatMap((repo) => documents(repo)) }
  })
  for (const repo of await repos.list(places.visibility)) await sweepRepo(repo, places, sweep)
}

async function sweepRepo(repo: Name, { catalog, metadata }: TreePlaces, sweep: Sweep): Promise<void> {
  const shards = () => catalog.shards(repo)
  const plugins = async () => [...(await shards()).values()].flatMap((members) => [...members])
  await sweep(`repos/${repo}`, async () => {
    const names = await plugins()
    const folders = isSharded(names.length) ? ['_', ...names] : names
    return { folders, files: names.flatMap((plugin) => documents(plugin)) }
  })
  if (isSharded((await plugins()).length))
    await sweep(`repos/${repo}/_`, async () => ({
      files: [...(await shards()).keys()].flatMap((shard) => documents(shard)),
    }))
  for (const plugin of await plugins())
    await sweep(`repos/${repo}/${plugin}`, async () => ({
      folders: ['_', ...(await metadata.catalog.servedVersions(repo, plugin))],
    }))
}

async function sweepFolder(path: string, { folders = [], files = [] }: Allowed, places: TreePlaces): Promise<void> {
  const [allowedFolders, allowedFiles] = [new Set(folders), new Set(files)]
  for (const entry of await places.store.list(path)) {
    const { kind, name } = entry
    const isAllowed = kind === 'folder' ? allowedFolders.has(name) : kind === 'file' && allowedFiles.has(name)
    if (!isAllowed) await removeEntry(path, entry, places)
  }
}

async function sweepBlobs(places: TreePlaces, exclusively: Exclusively): Promise<void> {
  const entries = await places.store.list('blobs/sha256')
  for (let at = 0; at < entries.length; at += 256)
    await exclusively(async () => {
      for (const entry of entries.slice(at, at + 256)) {
        const isBlob = entry.kind === 'file' && /^[0-9a-f]{64}$/.test(entry.name)
        const isServed = isBlob && (await isNeeded(digestFromHex(entry.name), places))
        if (!isServed) await removeEntry('blobs/sha256', entry, places)
      }
    })
}

async function removeEntry(folder: string, { name, kind }: TreeEntry, { store, changed }: TreePlaces): Promise<void> {
  const path = join(folder, name)
  await store.delete(path)
  changed(path + (kind === 'folder' ? '/' : ''))
}

/** e.g. `core.json`, `core.json.gz`, `core.json.br`, `core.yaml` … */
export function documents(name: string, formats: readonly string[] = ['json', 'yaml']): string[] {
  return formats.flatMap((format) => [`${name}.${format}`, ...VARIANTS.map((suffix) => `${name}.${format}.${suffix}`)])
}
