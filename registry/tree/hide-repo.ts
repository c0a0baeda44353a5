// Takes a repo out of a tree: what became private out of the one for everybody, what became public out of the other. Documents go
// first, then the releases, then the bytes that no other repo of this tree shows. A look at what is not there costs nothing, so it is
// done whole each time: a crash may have come in between. One file that cannot be taken away keeps none of the others in sight.
import { setImmediate } from 'node:timers/promises'
import type { Name } from '../../schemas/name.ts'
import { blobPath } from '../../static-tree/paths.ts'
import { isFatal } from '../fatal.ts'
import { documents } from './extra-files.ts'
import { digestsOf } from './releases.ts'
import type { TreePlaces } from './show.ts'
import { isNeeded } from './show.ts'
import { takingAway } from './still-shown.ts'

/** Throws the first of what kept something in sight, known to `isStillShown`. */
export function hideRepo(repo: Name, places: TreePlaces): Promise<void> {
  return takingAway(async () => {
    const failed: unknown[] = []
    const take = async (path: string, changed: string) => {
      try {
        await places.store.delete(path)
      } catch (error) {
        failed.push(error)
      } finally {
        // Whatever became of the file, nobody is answered from memory any more.
        places.changed(changed)
      }
    }
    await hideDocuments(repo, places, take)
    await hideBytes(repo, places, take)
    if (failed.length > 0) throw failed.find(isFatal) ?? failed[0]
  })
}

/** Takes a path out of the tree, and tells which paths changed by that. */
type Take = (path: string, changed: string) => Promise<void>

async function hideDocuments(repo: Name, { store }: TreePlaces, take: Take): Promise<void> {
  const own = new Set<string>([repo, ...documents(repo)])
  const there = (await store.list('repos')).filter(({ name }) => own.has(name))
  for (const { name, kind } of there) await take(`repos/${name}`, `repos/${name}${kind === 'folder' ? '/' : ''}`)
}

async function hideBytes(repo: Name, places: TreePlaces, take: Take): Promise<void> {
  const { store, metadata } = places
  for (const plugin of await metadata.catalog.plugins(repo)) {
    const record = await metadata.catalog.record(repo, plugin)
    for (const digest of new Set(record?.releases.flatMap(digestsOf))) {
      const path = blobPath(digest)
      if (!(await store.stat(path)) || (await isNeeded(digest, places))) continue
      await take(path, path)
    }
    await setImmediate()
  }
}
