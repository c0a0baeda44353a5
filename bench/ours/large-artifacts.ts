// Many large artifacts, published in releases of six platforms.
import { join } from 'node:path'
import { run } from '../child.ts'
import type { Scope } from '../scope.ts'
import { PLATFORMS, writeProject } from './project.ts'
import { publishCommand } from './publish.ts'
import { REPO, startRegistry } from './registry.ts'

export type PublishedFiles = {
  readonly url: string
  /** The static tree on disk. */
  readonly root: string
  /** URL paths of the artifacts. */
  readonly paths: readonly string[]
  /** The files behind them. */
  readonly files: readonly string[]
}

export async function publishLargeArtifacts(
  scope: Scope,
  { count, size }: { count: number; size: number },
): Promise<PublishedFiles> {
  const registry = await startRegistry(scope, { name: 'registry' })
  const folder = scope.path('large')
  for (let release = 0; release * PLATFORMS.length < count; release++) {
    await writeProject(folder, { name: `large-${release}`, version: '1.0.0', platforms: PLATFORMS, size })
    await run(publishCommand(scope, registry, folder))
  }
  const paths = await artifactPaths(registry.url, count)
  return { url: registry.url, root: registry.tree, paths, files: paths.map((path) => join(registry.tree, path)) }
}

async function artifactPaths(url: string, count: number): Promise<string[]> {
  const paths: string[] = []
  for (let release = 0; release * PLATFORMS.length < count; release++) {
    const plugin = `large-${release}`
    const document = (await (await fetch(`${url}/repos/${REPO}/${plugin}.json`)).json()) as PluginDocument
    for (const { version, platforms } of document.versions)
      for (const { file } of Object.values(platforms)) paths.push(`repos/${REPO}/${plugin}/${version}/${file}`)
  }
  return paths
}

type PluginDocument = { readonly versions: readonly { version: string; platforms: Record<string, { file: string }> }[] }
