// Plugin projects made of random bytes: prebuilt executables as far as anyone looks at their first bytes.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { executableHeader, writeRandomFile } from '../bytes.ts'

export const PLATFORMS = [
  'linux_amd64',
  'linux_arm64',
  'darwin_amd64',
  'darwin_arm64',
  'windows_amd64',
  'windows_arm64',
]

type Project = {
  readonly name: string
  readonly version: string
  readonly platforms: readonly string[]
  /** Bytes of each platform's artifact. */
  readonly size: number
}

export async function writeProject(folder: string, { name, version, platforms, size }: Project): Promise<void> {
  await mkdir(join(folder, 'bin'), { recursive: true })
  for (const platform of platforms)
    await writeRandomFile(join(folder, 'bin', platform), size, executableHeader(platform))
  await writeManifest(folder, { name, version, platforms })
}

export async function writeManifest(
  folder: string,
  { name, version, platforms }: Omit<Project, 'size'>,
): Promise<void> {
  const lines = platforms.map((platform) => `  ${platform}: {file: "bin/${platform}"}`)
  const head = [
    `name: ${name}`,
    `version: ${version}`,
    'kind: tool',
    'description: Bytes to measure with',
    'protocol: exec',
  ]
  await writeFile(join(folder, 'plugin.yaml'), `${[...head, 'platforms:', ...lines].join('\n')}\n`)
}

/** The key of the platform this runs on. */
export function thisPlatform(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  return `${system}_${process.arch === 'x64' ? 'amd64' : process.arch}`
}
