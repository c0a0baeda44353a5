// The sdk as an npm package: one file of JavaScript for each entry, the types of the sources, and what both import of others.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleSdk, OLDEST_NODE } from './bundle-sdk.ts'
import { SDK_ENTRIES } from './entries.ts'

const NAME = '@octocompose/sdk'
const BANNER = '// SPDX-License-Identifier: Apache-2.0'

/** `out` is relative to the checkout, and made anew. Throws what the compiler says of types that do not fit. */
export async function writeSdkPackage(root: string, out: string): Promise<void> {
  const folder = join(root, out)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const texts = await Promise.all(Object.values(SDK_ENTRIES).map((entry) => bundleSdk(root, entry, BANNER)))
  for (const [at, path] of Object.keys(SDK_ENTRIES).entries())
    writeFileSync(join(folder, fileOf(path)), texts[at] ?? '')
  writeTypes(root, folder)
  for (const [from, to] of [
    ['sdk/README.md', 'README.md'],
    ['LICENSE', 'LICENSE'],
  ] as const)
    copyFileSync(join(root, from), join(folder, to))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packageOf(root, texts), null, 2)}\n`)
}

function fileOf(path: string): string {
  return `${path === '.' ? 'index' : path.slice(2)}.js`
}

/** Declarations name the files beside them as they are called in a package. */
function writeTypes(root: string, folder: string): void {
  const types = join(folder, 'types')
  const options = ['--emitDeclarationOnly', '--declaration', '--noEmit', 'false', '--outDir', types, '--rootDir', root]
  const settings = [
    '--allowImportingTsExtensions',
    '--module',
    'nodenext',
    '--target',
    'esnext',
    '--lib',
    'esnext',
    '--strict',
    '--skipLibCheck',
  ]
  const words = [
    ...options,
    ...settings,
    '--types',
    'node',
    // Several threads would each check the libraries anew.
    '--singleThreaded',
    '--ignoreConfig',
    ...Object.values(SDK_ENTRIES).map((entry) => join(root, entry)),
  ]
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  // It needs to its end what it has read: looking for what is garbage, a third of its time, finds little.
  const env = { ...process.env, GOGC: 'off' }
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...words], { cwd: root, encoding: 'utf8', env })
  // allow(raw-error): a script of the repository, whose reader is a developer
  if (status !== 0) throw new Error(stdout)
  for (const entry of readdirSync(types, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace(/(\bfrom |\bimport\()(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.js$2'))
  }
}

function packageOf(root: string, texts: readonly string[]) {
  const { version, license, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const imported = texts.flatMap((text) =>
    [...text.matchAll(/\bfrom "((?!node:|\.)[^"]+)"/g)].map(([, name = '']) => name),
  )
  // The types of results are those of their shapes.
  const needed = [...new Set([...imported.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name), 'zod'])].sort()
  return {
    name: NAME,
    version,
    description:
      'What authors of plugins for octo import: checks, notifiers, secret plugins, operators and service plugins',
    license,
    type: 'module',
    engines: { node: `>=${OLDEST_NODE}` },
    exports: Object.fromEntries(
      Object.entries(SDK_ENTRIES).map(([path, source]) => [
        path,
        { types: `./types/${source.replace(/\.ts$/, '.d.ts')}`, default: `./${fileOf(path)}` },
      ]),
    ),
    dependencies: Object.fromEntries(
      needed.filter((name) => dependencies[name]).map((name) => [name, dependencies[name]]),
    ),
  }
}
