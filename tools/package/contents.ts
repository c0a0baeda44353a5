// What every package of octo holds below its own folder: the launcher, the bundle, and what the bundle reads beside itself. All
// lies where it lies in the checkout, so octo finds it in the same way.
import { existsSync, readdirSync } from 'node:fs'
import { join, posix } from 'node:path'
import { compiledCodePath, WORDS } from '../../bin/bundle.js'
import { COMMANDS } from '../../completion/command-table.ts'
import { sourcePaths } from '../source-files.ts'
import type { PackedFile } from './packed-file.ts'

const BUNDLES = ['octo', 'rest', 'help', 'warm', 'complete'] as const
/** Read when octo runs: what plugins are started with, and what projects are made of. */
const READ_BESIDE = [
  /^operator\/exec\/node-guard\.cjs$/,
  /^publisher\/templates\//,
  /^(?:sdk|schemas)\//,
  /^system\/async\/in-time\.ts$/,
]
const LAUNCHER = /^bin\/(?:.*\.js|package\.json)$/

export function launcherAndBundle(root: string): PackedFile[] {
  const paths = sourcePaths(root).filter((path) => [LAUNCHER, ...READ_BESIDE].some((kept) => kept.test(path)))
  const bundles = [...BUNDLES.map((name) => `dist/${name}.cjs`), `dist/${WORDS}`, COMMANDS]
  return [...paths, ...bundles].map((path) => ({ path, source: join(root, path) }))
}

/** What V8 compiled, for this machine's Node and no other; made beside the bundle by its build. */
export function compiledCode(root: string): PackedFile[] {
  return BUNDLES.map((name) => {
    const source = compiledCodePath(join(root, `dist/${name}.cjs`))
    if (!existsSync(source))
      throw new Error(`\`${source}\` is missing: run \`node_modules/.bin/node tools/bundle/main.ts\``)
    return { path: source.slice(root.length + 1), source }
  })
}

/** The two packages that stay outside of the bundle, with nothing but what runs; `addon` is the platform as SQLite's calls it. */
export function packagesBeside(root: string, addon: string): PackedFile[] {
  const sqlite = ['package.json', 'LICENSE', ...filesBelow(root, 'better-sqlite3/lib'), `prebuilds/${addon}.node`]
  const openpgp = ['package.json', 'LICENSE', 'dist/node/openpgp.min.cjs']
  return [...sqlite.map((name) => `better-sqlite3/${name}`), ...openpgp.map((name) => `openpgp/${name}`)].map(
    (name) => ({ path: `node_modules/${name}`, source: join(root, 'node_modules', name) }),
  )
}

/** As the package itself names them. */
function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, 'node_modules', folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(join(root, 'node_modules/better-sqlite3'), join(entry.parentPath, entry.name)))
}

/** Stacks of the bundle are read with them. */
export function sourceMaps(root: string): PackedFile[] {
  return BUNDLES.map((name) => ({ path: `${name}.cjs.map`, source: join(root, `dist/${name}.cjs.map`) }))
}
