// Makes of octo the two files that later.ts tells apart. Every module is in one of them, so that there is one of each: the rest takes
// what it has in common with octo from the octo that asks for it. Of another octo these would be other things of the same short names, so
// nothing of the rest runs before it has seen that it is the one that it was made with.
import { createHash } from 'node:crypto'
import { isBuiltin } from 'node:module'
import { basename, join } from 'node:path'
import type { BuildOptions, OutputFile, Plugin } from 'esbuild'
import { build } from 'esbuild'
import { http1Only } from './http1-only.ts'
import { OUTSIDE, WHOLE } from './later.ts'

export type Made = { readonly text: string; readonly map: string }

type Asked = {
  readonly root: string
  readonly entry: string
  readonly later: readonly string[]
  /** What stands around all that is in a file. */
  readonly before: string
  readonly after: string
}

const REST = 'octo-rest'

/** Throws where something else begins a file. */
export async function halves(asked: Asked, options: BuildOptions) {
  const { texts, common, metafile } = await split(asked, options)
  const id = createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16)
  const octo = `export * from './${common}'\nexport * from './octo.js'\nexport const octoBuild = '${id}'`
  const rest = `export * from './rest.js'`
  const made = (lines: readonly string[], joining: Joined) =>
    joined({ ...asked, before: [asked.before, ...lines].join('\n') }, options, joining)
  return {
    octo: await made([ASKING_FOR_REST], { name: 'octo', modules: { ...texts, octo }, common }),
    rest: await made([refusingOthers(id), ASKING_FOR_REST], {
      name: 'rest',
      modules: { 'rest.js': texts['rest.js'] ?? '', rest },
      common,
    }),
    metafile,
  }
}

async function split({ root, entry, later }: Asked, options: BuildOptions) {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: [
      { in: entry, out: 'octo' },
      { in: REST, out: 'rest' },
    ],
    plugins: [http1Only, wholePackages(root), outside, restOf(root, entry, later), ...(options.plugins ?? [])],
    outdir: join(root, 'dist'),
    write: false,
    metafile: true,
    format: 'esm',
    splitting: true,
    sourcemap: 'inline',
  })
  const texts = Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path), text]))
  const [common = '', ...more] = Object.keys(texts).filter((name) => name !== 'octo.js' && name !== 'rest.js')
  if (common === '' || more.length > 0)
    throw new Error(
      `octo and its rest have ${1 + more.length} files in common, expected one: ${[common, ...more].join(', ')}`,
    )
  return { texts, common, metafile }
}

type Joined = {
  readonly name: string
  readonly modules: Readonly<Record<string, string>>
  readonly common: string
}

/** As the launcher takes it in. */
async function joined(
  { root, before, after }: Asked,
  options: BuildOptions,
  { name, modules, common }: Joined,
): Promise<Made> {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [name],
    plugins: [given(root, modules, common)],
    outfile: join(root, 'dist', `${name}.js`),
    write: false,
    format: 'cjs',
    banner: { js: before },
    footer: { js: after },
    sourcemap: 'external',
  })
  const [map = '', text = ''] = outputFiles.map((file: OutputFile) => file.text)
  return { text: text.replaceAll(`${ASK}(`, 'require('), map }
}

const ASKING_FOR_REST = [
  'function octoRest(place){let rest;try{rest=require("./rest.cjs")}catch(error){if(error.code!=="ENOENT")throw error',
  `throw Object.assign(Error("Cannot find package 'octo' with its rest"),{code:"MODULE_NOT_FOUND"})}`,
  'return rest.octoLater[place]()}',
].join('\n')

/** The first line of the rest: an upgrade puts another one below an octo that runs. */
function refusingOthers(id: string): string {
  return `if(require("./octo.cjs").octoBuild!=="${id}")throw Object.assign(Error("octo was replaced while it ran"),{code:"OCTO_REPLACED"})`
}

/** It names all that is octo's, by which esbuild sees that this is needed in both. */
function restOf(root: string, entry: string, later: readonly string[]): Plugin {
  const places = later.map((place) => {
    const wanted = place.endsWith('.ts') ? JSON.stringify(`./${place}`) : JSON.stringify(WHOLE + place)
    return `${JSON.stringify(place)}:()=>require(${wanted})${place.endsWith('.ts') ? '' : '.whole'}`
  })
  const contents = `import "./${entry}"\nexport const octoLater={${places.join(',\n')}}`
  return {
    name: 'rest',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${REST}$`) }, ({ path }) => ({ path, namespace: REST }))
      onLoad({ filter: /(?:)/, namespace: REST }, () => ({ contents, loader: 'js', resolveDir: root }))
    },
  }
}

function wholePackages(root: string): Plugin {
  return {
    name: 'whole-packages',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${WHOLE}`) }, ({ path }) => ({
        path: path.slice(WHOLE.length),
        namespace: WHOLE,
      }))
      onLoad({ filter: /(?:)/, namespace: WHOLE }, ({ path }) => ({
        contents: `import * as whole from ${JSON.stringify(path)}\nexport {whole}`,
        loader: 'js',
        resolveDir: root,
      }))
    },
  }
}

/** As long as what it stands for, so that the map still fits. */
const ASK = 'octoAsk'

/** Modules of Node that every command loads, or Node itself before it. Of the others none costs time where nothing needs it. */
const FROM_THE_START = new Set([
  ...['buffer', 'child_process', 'crypto', 'events', 'fs', 'fs/promises', 'module', 'net', 'os', 'path', 'process'],
  ...['stream', 'stream/promises', 'timers/promises', 'url', 'util', 'v8', 'vm'],
])

/** What is in no file is asked for where it is needed: a module of the first build has no `require`, and esbuild one in its place. */
const outside: Plugin = {
  name: 'outside',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      // esbuild puts imports of what is in no file above all modules, and there it would be missed by those that do without.
      if (OUTSIDE.includes(path)) return { path, namespace: ASK }
      if (!isBuiltin(path)) return undefined
      const isNeeded = FROM_THE_START.has(path.replace(/^node:/, ''))
      return kind === 'require-call' || !isNeeded ? { path, namespace: 'octoLib' } : undefined
    })
    for (const namespace of ['octoLib', ASK])
      onLoad({ filter: /(?:)/, namespace }, ({ path }) => ({
        contents: `module.exports=${namespace}(${JSON.stringify(path)})`,
      }))
  },
}

/** What esbuild made before. Of the rest, what it has in common with octo stays octo's. */
function given(root: string, modules: Readonly<Record<string, string>>, common: string): Plugin {
  const dist = join(root, 'dist')
  return {
    name: 'given',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /(?:)/ }, ({ path }) => {
        const name = path.replace(/^\.\//, '')
        if (name in modules) return { path: join(dist, name) }
        return { path: name === common ? './octo.cjs' : path, external: true }
      })
      onLoad({ filter: /(?:)/ }, ({ path }) => ({
        contents: modules[basename(path)] ?? '',
        loader: 'js',
        resolveDir: dist,
      }))
    },
  }
}
