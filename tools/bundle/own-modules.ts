// How esbuild reads octo's own modules. Each keeps its address, so that what lies beside it (templates, the guard of Node
// plugins) is found where it is; and what it loads when needed is followed into the bundle.
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { posix, relative } from 'node:path'
import type { Plugin } from 'esbuild'
import { askingForRest } from './later.ts'
import type { SourceStates } from './source-states.ts'

/** Where a module lies in the checkout, or would lie beside the `dist` of a release. */
export const BANNER = [
  'const octoLib=process.getBuiltinModule',
  'function octoPlace(place){return require("node:path").join(__dirname,"..",place)}',
  'function octoUrl(place){return require("node:url").pathToFileURL(octoPlace(place)).href}',
].join('\n')

/** A module of TypeScript has no `require` of its own, and esbuild follows only a plain one. */
const OWN_REQUIRE = /^const require = createRequire\(import\.meta\.url\)$/m

/** Where there are modules for later, `import()` begins no file but theirs. */
export function ownModules(root: string, states: SourceStates, later: readonly string[] = []): Plugin {
  return {
    name: 'own-modules',
    setup({ onLoad }) {
      onLoad({ filter: /\.(?:ts|js|cjs)$/ }, ({ path }) => {
        const place = relative(root, path).replaceAll('\\', '/')
        if (/^\.\.\/|(?:^|\/)node_modules\//.test(place)) return undefined
        states.noteSource(path)
        const text = followable(readFileSync(path, 'utf8'), place)
        return {
          contents: later.length > 0 ? askingForRest(text, place, later) : text,
          loader: place.endsWith('.ts') ? 'ts' : 'js',
        }
      })
    },
  }
}

/**
 * Modules of Node by the shorter way, which takes 2 µs of each in place of 14: each module of ours asks for its own. The name is
 * as long as the one it replaces, so that the map still fits.
 */
export function fromNode(text: string): string {
  return text.replace(/\brequire(\("([a-z0-9_:/]+)"\))/g, (whole, call, name) =>
    isBuiltin(name) ? `octoLib${call}` : whole,
  )
}

/** V8 reads ASCII as it lies on disk. In a string, a template and a regular expression, this means the same. */
export function inAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function followable(text: string, place: string): string {
  if (/String\.raw`[^`]*[^\0-\x7f]/.test(text))
    throw new Error(`${place}: \`String.raw\` takes only ASCII into the bundle`)
  const followed = inAscii(text)
    .replace(OWN_REQUIRE, '')
    .replaceAll('import.meta.url', `octoUrl(${JSON.stringify(place)})`)
    .replaceAll('import.meta.dirname', `octoPlace(${JSON.stringify(posix.dirname(place))})`)
  const left = /\bimport\.meta\b|\bcreateRequire\(/.exec(followed)
  if (left)
    throw new Error(
      `${place}: \`${left[0]}\` cannot be bundled: write \`import.meta.url\`, \`import.meta.dirname\` or \`const require = createRequire(import.meta.url)\``,
    )
  return followed
}
