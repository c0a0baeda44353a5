// Executables as the client hands them out, made of the small programs in test/fixtures/plugins.
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { VerifiedExecutable } from '../../../client/index.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import { releasedManifestShape } from '../../../schemas/manifest.ts'

const RUNTIMES: Readonly<Record<string, 'node' | 'sh'>> = { '.mjs': 'node', '.sh': 'sh' }

export function fixturePath(file: string): string {
  return fileURLToPath(new URL(`../../fixtures/plugins/${file}`, import.meta.url))
}

/** `.mjs` runs under Node and `.sh` under the shell, unless told to be executed as it is. */
export function anExecutable(
  file: string,
  {
    bare = false,
    path = fixturePath(file),
    ...manifest
  }: Partial<ReleasedManifest> & { bare?: boolean; path?: string } = {},
): VerifiedExecutable {
  const runtime = RUNTIMES[extname(file)]
  return {
    repo: 'core',
    plugin: file.replace(/\.[a-z]+$/, ''),
    version: '1.0.0',
    platform: 'any',
    ...{ path, root: fixturePath('') },
    ...(runtime && !bare ? { runtime: { name: runtime } } : {}),
    argv0: file.replace(/\.[a-z]+$/, ''),
    manifest: releasedManifestShape.parse({ kind: 'tool', description: 'a fixture', protocol: 'exec', ...manifest }),
    digest: `sha256:${'0'.repeat(64)}`,
    signer: 'unsigned',
  } as unknown as VerifiedExecutable
}
