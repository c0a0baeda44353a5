// A plugin whose document has grown to a given size, one published version after the other.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../child.ts'
import type { Scope } from '../scope.ts'
import { PLATFORMS, writeProject } from './project.ts'
import { publishCommand } from './publish.ts'
import { REPO, startRegistry } from './registry.ts'

type Document = {
  readonly url: string
  readonly path: string
  /** The static tree and the document in it. */
  readonly root: string
  readonly file: string
}

const PLUGIN = 'many-versions'

export async function manyVersions(scope: Scope, bytes: number): Promise<Document> {
  const registry = await startRegistry(scope, { name: 'registry' })
  const path = `repos/${REPO}/${PLUGIN}.json`
  const file = join(registry.tree, path)
  const folder = scope.path('many-versions')
  for (let patch = 0; patch < 200; patch++) {
    await writeProject(folder, { name: PLUGIN, version: `1.0.${patch}`, platforms: PLATFORMS, size: 1024 })
    await run(publishCommand(scope, registry, folder))
    if ((await stat(file)).size >= bytes) return { url: registry.url, path, root: registry.tree, file }
  }
  throw new Error(`the document never reached ${bytes} bytes`)
}
