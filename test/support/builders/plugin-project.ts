// Builds plugin projects in temporary folders: valid until a test breaks one thing.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { anElfFile } from './native-files.ts'

export type ProjectRecipe = {
  readonly name?: string
  readonly version?: string
  /** Keys of plugin.yaml that are added or replaced; undefined removes. */
  readonly manifest?: Readonly<Record<string, unknown>>
  /** Path to content; adds to the default files. */
  readonly files?: Readonly<Record<string, string | Buffer>>
}

export type PluginProject = AsyncDisposable & {
  readonly dir: string
  path(...parts: string[]): string
  write(path: string, content: string | Buffer): Promise<void>
}

const HELLO_SCRIPT = '#!/bin/sh\necho "hello $*"\n'

/** An archive for `any` with one shell script in it. */
export async function aPluginProject(recipe: ProjectRecipe = {}): Promise<PluginProject> {
  const { name = 'hello', version = '1.0.0' } = recipe
  const dir = await mkdtemp(join(tmpdir(), 'octo-project-'))
  const write = async (path: string, content: string | Buffer) => {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), content)
  }
  const manifest = {
    ...{ repo: 'core', name, version, kind: 'tool', description: 'says hello', protocol: 'exec' },
    platforms: { any: { runtime: { name: 'sh' }, files: ['src', 'README.md'], executable: 'src/hello.sh' } },
    ...recipe.manifest,
  }
  const files = { 'src/hello.sh': HELLO_SCRIPT, 'README.md': `# ${name}\n`, ...recipe.files }
  await write('plugin.yaml', stringify(manifest))
  for (const [path, content] of Object.entries(files)) await write(path, content)
  return {
    dir,
    path: (...parts) => join(dir, ...parts),
    write,
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

const ELF_MACHINES: Readonly<Record<string, number>> = { amd64: 62, arm64: 183 }

/** A static Linux executable, and bytes behind it: enough for all that looks at files without running them. */
export function anElf(architecture: 'amd64' | 'arm64' = 'amd64', size = 4096, fill = 7): Buffer {
  const bytes = Buffer.alloc(size, fill)
  anElfFile({ machine: ELF_MACHINES[architecture] ?? 0 }).copy(bytes)
  return bytes
}
