// New versions of one small plugin, as often as asked.
import { run } from '../child.ts'
import type { Scope } from '../scope.ts'
import { thisPlatform, writeManifest, writeProject } from './project.ts'
import { publishCommand } from './publish.ts'
import type { OctoRegistry } from './registry.ts'

type SmallRelease = { readonly folder: string; readonly plugin: string }

/** Returns a function that publishes a version and tells how long that took. */
export async function smallRelease(
  scope: Scope,
  registry: OctoRegistry,
  { folder, plugin }: SmallRelease,
): Promise<(version: string) => Promise<number>> {
  const project = scope.path(folder)
  const platforms = [thisPlatform()]
  await writeProject(project, { name: plugin, version: '0.0.0', platforms, size: 1024 })
  return async (version) => {
    await writeManifest(project, { name: plugin, version, platforms })
    return (await run(publishCommand(scope, registry, project))).ms
  }
}
