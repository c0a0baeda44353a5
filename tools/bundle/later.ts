// Which modules begin dist/rest.cjs: what most words need lies in dist/octo.cjs, and the rest is taken in when one of these is asked for.
// All are asked for by `import()` alone; what only they load goes with them.
import { existsSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix } from 'node:path'

const MODULES = [
  'complete.ts',
  ...['add/add', 'cache', 'graph', 'info/info', 'outdated', 'search', 'why'].map(
    (name) => `client/commands/${name}.ts`,
  ),
  ...['diff', 'schema', 'show', 'upgrade', 'validate'].map((name) => `client/commands/config/${name}.ts`),
  ...['self/install', 'self/status', 'self/update'].map((name) => `client/commands/${name}.ts`),
  ...['trust/change', 'trust/list'].map((name) => `client/commands/${name}.ts`),
  'completion/main.ts',
  'demo/main.ts',
  ...['autostart', 'doctor', 'link', 'mcp', 'unlink'].map((name) => `operator/commands/${name}.ts`),
  ...['call', 'check', 'inspect', 'logs', 'ls', 'ps', 'serve', 'stop'].map(
    (name) => `operator/commands/plugin/${name}.ts`,
  ),
  'operator/link/relink.ts',
  'plugin-test/main.ts',
  'unpublished/run-folder.ts',
  'publisher/main.ts',
  'registry/main.ts',
]
/** What asks people in a terminal. */
const PACKAGES = ['@clack/prompts']

/** Those that are there. */
export function laterModules(root: string): readonly string[] {
  const found = MODULES.filter((place) => existsSync(join(root, place)))
  return [...found, ...PACKAGES.filter((name) => existsSync(join(root, 'node_modules', name)))]
}

/** Compiled for each platform, or of a licence that asks for its being exchangeable: in none of the files. */
export const OUTSIDE = ['better-sqlite3', 'openpgp']

/** By a name of its own, as `require` may mean another file of a package than `import()`. */
export const WHOLE = 'octo-whole:'

const ASKS = /(?<!typeof )(?<![\w.])import\(\s*'([^']+)',?\s*\)/g

/**
 * The text of a module at `place`, which asks for the rest, and for its own file without beginning another one: esbuild would make one for
 * each `import()`.
 */
export function askingForRest(text: string, place: string, later: readonly string[]): string {
  return text.replace(ASKS, (_whole, name: string) => {
    const wanted = name.startsWith('.') ? posix.join(posix.dirname(place), name) : name
    if (later.includes(wanted)) return `Promise.resolve().then(()=>octoRest(${JSON.stringify(wanted)}))`
    if (name.startsWith('.')) return `Promise.resolve().then(()=>require(${JSON.stringify(name)}))`
    if (isBuiltin(name)) return `Promise.resolve().then(()=>octoLib(${JSON.stringify(name)}))`
    const asked = OUTSIDE.includes(name)
      ? `require(${JSON.stringify(name)})`
      : `require(${JSON.stringify(WHOLE + name)}).whole`
    return `Promise.resolve().then(()=>${asked})`
  })
}
