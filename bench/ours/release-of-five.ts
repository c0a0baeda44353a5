// A release with artifacts for five platforms, new bytes and a new version each time.
import { run } from '../child.ts'
import type { Scope } from '../scope.ts'
import { PLATFORMS, writeProject } from './project.ts'
import { publishCommand } from './publish.ts'
import { startRegistry } from './registry.ts'

export async function releaseOfFive(scope: Scope, size: number): Promise<(round: number) => Promise<number>> {
  const registry = await startRegistry(scope, { name: 'registry' })
  const folder = scope.path('five')
  return async (round) => {
    await writeProject(folder, { name: 'five', version: `1.0.${round}`, platforms: PLATFORMS.slice(0, 5), size })
    return (await run(publishCommand(scope, registry, folder))).ms
  }
}
