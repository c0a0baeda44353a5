// Publishes one release with one artifact of a given size for the platform this runs on.
import { rm } from 'node:fs/promises'
import { run } from '../child.ts'
import type { Scope } from '../scope.ts'
import { thisPlatform, writeProject } from './project.ts'
import { publishCommand } from './publish.ts'
import type { OctoRegistry } from './registry.ts'

type OneArtifact = { readonly plugin: string; readonly version: string; readonly size: number }

/** Returns how long `octo publish` took. */
export async function oneArtifact(
  scope: Scope,
  registry: OctoRegistry,
  { plugin, version, size }: OneArtifact,
): Promise<number> {
  const folder = scope.path(`project-${plugin}`)
  await rm(folder, { recursive: true, force: true })
  await writeProject(folder, { name: plugin, version, platforms: [thisPlatform()], size })
  return (await run(publishCommand(scope, registry, folder))).ms
}
