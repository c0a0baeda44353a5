// Refuses what reaches out of the process where tools/reach-table.ts does not allow it: Node's modules that start programs, connect
// or listen, however they are loaded. Types are free, and so are words about addresses. A bare `fetch` is for the linter (biome.json).
import { blank, lineAt } from './code-text.ts'
import type { Finding, SourceFile } from './finding.ts'
import type { Reach, ReachRule } from './reach-table.ts'
import { REACH_TABLE } from './reach-table.ts'

const REACHING: Readonly<Record<string, readonly Reach[]>> = {
  child_process: ['start'],
  cluster: ['start', 'listen'],
  net: ['connect', 'listen'],
  dgram: ['connect', 'listen'],
  http: ['connect', 'listen'],
  http2: ['connect', 'listen'],
  https: ['connect', 'listen'],
  tls: ['connect', 'listen'],
  undici: ['connect'],
}
/** What some names do of what their module can. */
const BY_NAME: readonly (readonly [names: readonly string[], reach: readonly Reach[]])[] = [
  [['isIP', 'isIPv4', 'isIPv6', 'BlockList', 'SocketAddress', 'STATUS_CODES', 'METHODS', 'rootCertificates'], []],
  [['createServer', 'createSecureServer', 'Server'], ['listen']],
  [['connect', 'createConnection', 'Socket', 'request', 'get', 'Agent'], ['connect']],
]
const NAMES = new Map(BY_NAME.flatMap(([names, reach]) => names.map((name) => [name, reach] as const)))
/** `import NAMES from 'MODULE'`, and the same of `export`. */
const DECLARED = /^[^\S\n]*(?:import|export)\b(?!\s+type\b)(?<names>[^'"`;=]*?)\bfrom\s*(?<modules>(['"])[^'"\n]+\3)/gm
/** What gives a module where it is called: `import()`, `require()`, `getBuiltinModule()`, of which some take names at once. */
const CALLED =
  /(?<names>\{[^{}=;]*\}\s*=\s*(?:await\s+)?(?:process\.)?)?\b(?<!typeof\s+)(?:import|require|getBuiltinModule)\s*\((?<modules>[^()]*)\)/g
const SPECIFIER = /(['"])(?:node:)?([a-z0-9_]+)(?:\/[a-z]+)?\1/g
const INSTEAD: Readonly<Record<Reach, string>> = {
  start: 'start programs by system/process/: launch.ts, run-process.ts, or ask-program.ts for a short question',
  connect: 'connect by system/http/, or by system/line-socket.ts on this machine',
  listen: 'only servers listen: let an existing one answer, or say in tools/reach-table.ts why there is another',
}

export function checkReach(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    const may = ruleOf(file.path)?.may ?? []
    return reachesOf(file).flatMap(({ line, found, reach }) => {
      const denied = reach.find((one) => !may.includes(one))
      return denied ? [{ file: file.path, line, rule: 'reach', found, instead: INSTEAD[denied] }] : []
    })
  })
}

function ruleOf(path: string): ReachRule | undefined {
  const [part] = Object.keys(REACH_TABLE)
    .filter((one) => path === one || path.startsWith(`${one}/`))
    .sort((one, other) => other.length - one.length)
  return part === undefined ? undefined : REACH_TABLE[part]
}

function reachesOf({ text }: SourceFile) {
  const { withoutComments, codeOnly } = blank(text)
  return [...withoutComments.matchAll(DECLARED), ...withoutComments.matchAll(CALLED)]
    .map(({ 0: found, index, groups }) => ({ found, start: index + found.search(/\S/), ...groups }) as Loading)
    .filter(({ start }) => codeOnly[start] !== ' ')
    .map(({ found, start, names = '', modules }) => ({
      line: lineAt(text, start),
      found: `\`${found.trim().replace(/\s+/g, ' ')}\``,
      reach: [...modules.matchAll(SPECIFIER)].flatMap(([, , module = '']) => reachOf(module, names)),
    }))
}

type Loading = { readonly found: string; readonly start: number; readonly names?: string; readonly modules: string }

/** Of the names in braces; of all that the module can where it is taken whole. */
function reachOf(module: string, taken: string): readonly Reach[] {
  const all = Object.hasOwn(REACHING, module) ? (REACHING[module] ?? []) : []
  const names = /^\s*\{([^}]*)\}/.exec(taken)?.[1]
  if (names === undefined || all.length === 0) return all
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !/^type\s/.test(name))
    .flatMap((name) => NAMES.get(name.split(/\s+as\s+|\s*:\s*/)[0] ?? '') ?? all)
}
