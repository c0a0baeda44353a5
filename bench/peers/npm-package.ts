// npm packages that carry the same bytes as our plugins.
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeRandomFile } from '../bytes.ts'
import { run } from '../child.ts'
import type { Npm } from './npm.ts'
import type { Verdaccio } from './verdaccio.ts'
import { publishToVerdaccio } from './verdaccio.ts'

type NpmPackage = { readonly name: string; readonly version: string; readonly files: readonly number[] }

/** Writes a package folder with one random file of each size. */
export async function writeNpmPackage(folder: string, { name, version, files }: NpmPackage): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name, version, description: 'bytes', license: 'Apache-2.0' }),
  )
  for (const [index, size] of files.entries()) await writeRandomFile(join(folder, `artifact-${index}.bin`), size)
}

/** Publishes `count` packages of `size` bytes each and returns a project that depends on all of them, with its lockfile. */
export async function npmProject(
  npm: Npm,
  folder: string,
  { count, size }: { count: number; size: number },
): Promise<string> {
  const names = Array.from({ length: count }, (_, index) => `bytes-${index}`)
  for (const name of names) {
    await writeNpmPackage(join(folder, name), { name, version: '1.0.0', files: [size] })
    await run(npm(['publish'], join(folder, name)))
  }
  const project = join(folder, 'project')
  await mkdir(project)
  const dependencies = Object.fromEntries(names.map((name) => [name, '1.0.0']))
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'project', version: '1.0.0', dependencies }))
  await run(npm(['install', '--package-lock-only'], project))
  return project
}

/** Publishes versions until the package's document is at least `bytes` long; returns its length. */
export async function growNpmDocument(server: Verdaccio, name: string, bytes: number): Promise<number> {
  for (let patch = 0; patch < 2000; patch++) {
    await publishToVerdaccio(server, typicalRelease(name, `1.0.${patch}`))
    const length = await documentLength(`${server.url}/${name}`)
    if (length >= bytes) return length
  }
  throw new Error(`the document of ${name} never reached ${bytes} bytes`)
}

async function documentLength(url: string): Promise<number> {
  return (await (await fetch(url)).arrayBuffer()).byteLength
}

/** What a package usually says of itself: versions of the length that npm packages have, about 1.4 kB. */
const AUTHORED = {
  description: 'A package with many versions, each with the fields that most packages have',
  license: 'Apache-2.0',
  author: { name: 'An Author', email: 'author@example.com', url: 'https://example.com/author' },
  repository: { type: 'git', url: 'git+https://example.com/organisation/many-versions.git' },
  bugs: { url: 'https://example.com/organisation/many-versions/issues' },
  homepage: 'https://example.com/organisation/many-versions#readme',
  keywords: ['registry', 'benchmark', 'versions', 'document', 'package'],
  main: './dist/index.cjs',
  module: './dist/index.mjs',
  types: './dist/index.d.ts',
  engines: { node: '>=20' },
  scripts: {
    build: 'tsc -p tsconfig.build.json',
    test: 'node --test',
    lint: 'biome check .',
    prepack: 'npm run build',
  },
  dependencies: { ajv: '^8.17.1', commander: '^14.0.0', semver: '^7.7.2', tar: '^7.4.3', yaml: '^2.8.1' },
  devDependencies: { '@biomejs/biome': '^2.2.4', '@types/node': '^24.5.2', typescript: '^5.9.2' },
  maintainers: [{ name: 'maintainer', email: 'maintainer@example.com' }],
}

function typicalRelease(name: string, version: string) {
  const tarball = Buffer.from(`${name} ${version}`)
  const file = `${name}-${version}.tgz`
  const dist = {
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
    shasum: createHash('sha1').update(tarball).digest('hex'),
    tarball: `http://127.0.0.1/${name}/-/${file}`,
  }
  const manifest = { name, version, ...AUTHORED, dist }
  return {
    _id: name,
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, _id: `${name}@${version}` } },
    _attachments: {
      [file]: { content_type: 'application/octet-stream', data: tarball.toString('base64'), length: tarball.length },
    },
  }
}
