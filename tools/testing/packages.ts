// Makes one file of each package of which loading octo reads a hundred, for processes of tests, which load octo anew each: finding, reading and
// linking them takes a third of that. `own-modules.cjs` takes the files from there, and the packages themselves where there are none.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isErrno } from '../../system/errno.ts'
import { http1Only } from '../bundle/http1-only.ts'

/** As our sources name them. */
const NAMES = [
  ...['@hono/node-server', 'hono', 'hono/html', 'hono/utils/html'],
  ...['@sigstore/bundle', '@sigstore/protobuf-specs', '@sigstore/sign/dist/bundler/dsse.js', '@sigstore/verify'],
  ...['ajv', 'ajv/dist/2019.js', 'ajv/dist/2020.js', 'ajv-formats', 'ajv-formats/dist/formats.js'],
  ...['drizzle-orm', 'drizzle-orm/better-sqlite3', 'drizzle-orm/sqlite-core'],
  ...['commander', 'fast-check', 'tar', 'yaml', 'zod'],
]
/** Loads a part that is compiled for each machine from where it stands. */
const LEFT = ['better-sqlite3']
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/** Beside the list of what is there now: where each package lies, by its name, and what they were made of. */
export async function bundlePackages(root: string): Promise<void> {
  const cache = join(root, 'node_modules/.cache/tests')
  const list = join(cache, 'packages.json')
  const from = madeFrom(root)
  if (isListOf(list, from)) return
  mkdirSync(cache, { recursive: true })
  const made = mkdtempSync(join(cache, 'making-'))
  try {
    const files = await bundle(root, made)
    const folder = `packages-${from.slice(0, 16)}`
    place(made, join(cache, folder))
    const text = JSON.stringify({ from, files: files.map(([name, file]) => [name, `${folder}/${file}`]) })
    writeFileSync(join(made, 'list'), text)
    renameSync(join(made, 'list'), list)
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

/** The versions of all packages, and what decides here how they are bundled. */
function madeFrom(root: string): string {
  const hash = createHash('sha256')
  for (const file of [join(root, 'package-lock.json'), import.meta.filename]) hash.update(readFileSync(file))
  return hash.digest('hex')
}

function isListOf(list: string, from: string): boolean {
  return existsSync(list) && JSON.parse(readFileSync(list, 'utf8')).from === from
}

async function bundle(root: string, folder: string): Promise<[name: string, file: string][]> {
  const { build } = await import('esbuild')
  const names = NAMES.map((name, at) => [name, `${name.replaceAll(/\W+/g, '-')}-${at}`] as const)
  for (const [name, file] of names) writeFileSync(join(folder, `${file}.js`), await passedOn(name))
  await build({
    entryPoints: names.map(([, file]) => join(folder, `${file}.js`)),
    outdir: join(folder, 'made'),
    outExtension: { '.js': '.mjs' },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    keepNames: true,
    external: LEFT,
    plugins: [http1Only],
    banner: { js: REQUIRE },
    logLevel: 'silent',
  })
  return names.map(([name, file]) => [name, `${file}.mjs`])
}

/** With its names written out, as those of CommonJS are known only once it has run. */
async function passedOn(name: string): Promise<string> {
  const names = Object.keys(await import(name)).filter((each) => IDENTIFIER.test(each))
  return `export { ${names.join(', ')} } from ${JSON.stringify(name)}\n`
}

/** Another run may have made the same meanwhile. */
function place(made: string, folder: string): void {
  try {
    renameSync(join(made, 'made'), folder)
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error
  }
}
