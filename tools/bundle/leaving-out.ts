// How a bundle does without modules: whoever calls what such a module would export is told that it is not there.
import { isBuiltin } from 'node:module'
import { join, relative } from 'node:path'
import type { OnLoadResult, Plugin } from 'esbuild'
import { build } from 'esbuild'

/** Of octo's own modules the bundle gets those that `keeps` names, and of packages those that they load before they act. */
export function leavingOut(root: string, keeps: readonly RegExp[]): Plugin {
  return {
    name: 'leaving-out',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        kind === 'dynamic-import' && !isBuiltin(path) ? { path, namespace: 'left-out' } : undefined,
      )
      onLoad({ filter: /(?:)/, namespace: 'left-out' }, () => standIn(root, ['default']))
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const place = relative(root, path).replaceAll('\\', '/')
        const isOwn = !/^\.\.\/|(?:^|\/)node_modules\//.test(place)
        return isOwn && !keeps.some((kept) => kept.test(place)) ? standIn(root, await exportsOf(path)) : undefined
      })
    },
  }
}

function standIn(root: string, names: readonly string[]): OnLoadResult {
  const from = JSON.stringify(join(root, 'terminal/left-out.ts'))
  const contents = `export {${names.map((name) => `leftOut as ${name}`).join()}} from ${from}`
  return { contents, loader: 'js', resolveDir: root }
}

/** Names of values: types are gone by then. */
async function exportsOf(path: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [path],
    outdir: 'nowhere',
    write: false,
    metafile: true,
    format: 'esm',
    tsconfigRaw: {},
    logLevel: 'silent',
  })
  return Object.values(metafile.outputs).flatMap((output) => output.exports)
}
