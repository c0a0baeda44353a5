// Large npm tarballs, served by verdaccio.
import { join } from 'node:path'
import { run } from '../child.ts'
import type { Scope } from '../scope.ts'
import { openNpm } from './npm.ts'
import { writeNpmPackage } from './npm-package.ts'
import { serveVerdaccio } from './verdaccio.ts'

type Tarballs = { readonly url: string; readonly paths: readonly string[]; readonly files: readonly string[] }

export async function serveTarballs(scope: Scope, { count, size }: { count: number; size: number }): Promise<Tarballs> {
  const server = await serveVerdaccio(scope)
  const npm = await openNpm(scope, server)
  const names = Array.from({ length: count }, (_, index) => `large-${index}`)
  for (const name of names) {
    const folder = scope.path('npm-packages', name)
    await writeNpmPackage(folder, { name, version: '1.0.0', files: [size] })
    await run(npm(['publish'], folder))
  }
  return {
    url: server.url,
    paths: names.map((name) => `${name}/-/${name}-1.0.0.tgz`),
    files: names.map((name) => join(scope.path('verdaccio', 'storage'), name, `${name}-1.0.0.tgz`)),
  }
}
