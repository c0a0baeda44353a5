// Takes a repo out of a tree: what became private out of the one for everybody, what became public out of the other. Documents go
// first, then the releases, then the bytes that no other repo of this tree shows. A look at what is not there costs nothing, so it is
// done whole each time: a crash may have come in between.
import { setImmediate } from 'node:timers/promises'
import type { Name } from '../../schemas/name.ts'
import { blobPath } from '../../static-tree/paths.ts'
import { documents } from './extra-files.ts'
import { digestsOf } from './releases.ts'
import type { TreePlaces } from './show.ts'
import { isNeeded } from './show.ts'

export async function hideRepo(repo: Name, places: TreePlaces): Promise<void> {
  const { store, changed } = places
  const own = new Set<string>([repo, ...documents(repo)])
  const there = (await store.list('repos')).filter(({ name }) => own.has(name))
  for (const { name, kind } of there) {
    const path = `repos/${name}`
    await store.delete(path)
    changed(kind === 'folder' ? `${path}/` : path)
  }
  await hideBytes(repo, places)
}

async function hideBytes(repo: Name, places: TreePlaces): Promise<void> {
  const { store, metadata, changed } = places
  for (const plugin of await metadata.catalog.plugins(repo)) {
    const record = await metadata.catalog.record(repo, plugin)
    for (const digest of new Set(record?.releases.flatMap(digestsOf))) {
      const path = blobPath(digest)
      if (!(await store.stat(path)) || (await isNeeded(digest, places))) continue
      await store.delete(path)
      changed(path)
    }
    await setImmediate()
  }
}
