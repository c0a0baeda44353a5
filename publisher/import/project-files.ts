// Where the programs of a component version lie in the project that is made of it: each once, whatever number of platforms it is for,
// and a script that is for all of them as `any`.
import type { Digest } from '../../schemas/digest.ts'
import { baseName, readFirstLine } from '../../schemas/first-line.ts'
import { runtimeShape } from '../../schemas/manifest.ts'
import type { Name } from '../../schemas/name.ts'
import type { Platform } from '../../schemas/platform.ts'
import type { PluginFile } from '../../trust/component/plugin-files.ts'

export type ProjectFile = {
  /** Relative to the project. */
  readonly path: string
  readonly digest: Digest
  readonly size: number
  readonly platforms: readonly Platform[]
}

/** Where a registry of octo offers to OCM what runs everywhere. */
const EVERYWHERE: readonly string[] = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64']

export function layOut(files: readonly PluginFile[], plugin: Name): readonly ProjectFile[] {
  return [...Map.groupBy(files, ({ digest }) => digest)].map(([digest, sharing]) => {
    const [{ platform, size }] = sharing as [PluginFile]
    const platforms = sharing.map((file) => file.platform)
    return {
      path: pathOf(platforms.length === files.length ? undefined : platform, plugin, platforms),
      digest,
      size,
      platforms,
    }
  })
}

/** The lines below `platforms:`. `readHead` gives how the program at a path of the project begins. */
export function platformLines(
  files: readonly ProjectFile[],
  readHead: (path: string) => Uint8Array,
): readonly string[] {
  return files.flatMap(({ path, platforms }) => {
    const runtime = isEverywhere(platforms) ? runtimeOf(readHead(path)) : undefined
    const rest = runtime === undefined ? platforms : platforms.filter((each) => !EVERYWHERE.includes(each))
    const everywhere = runtime === undefined ? [] : [`  any: {file: ${path}, runtime: {name: ${runtime}}}`]
    return [...rest.map((platform) => `  ${platform}: {file: ${path}}`), ...everywhere]
  })
}

function isEverywhere(platforms: readonly string[]): boolean {
  return EVERYWHERE.every((each) => platforms.includes(each))
}

function pathOf(platform: Platform | undefined, plugin: Name, platforms: readonly Platform[]): string {
  const name = `${plugin}${platforms.every((each) => each.startsWith('windows_')) ? '.exe' : ''}`
  return platform === undefined ? `bin/${name}` : `bin/${platform}/${name}`
}

/** The interpreter of a script, where the manifest of a plugin can name it. */
function runtimeOf(head: Uint8Array): string | undefined {
  const line = readFirstLine(head)
  if (!line || 'problem' in line || line.arguments.length > 0) return undefined
  const name = baseName(line.interpreter)
  return runtimeShape.safeParse({ name }).success ? name : undefined
}
