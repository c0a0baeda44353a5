// The text of a shim. It asks `stat` once and starts the plugin when the answer is the one that was proven; whatever differs goes
// to octo. Written so that what a caller exports changes nothing: only `case`, `exec` and absolute paths, which no function
// of a shell replaces, and every path quoted.
import type { ShimComparison } from '../../client/index.ts'
import { printable, shellWord } from '../../schemas/quote.ts'
import { STAT_ENVIRONMENT, STAT_FORMAT } from './comparison.ts'
import type { LinkMachine } from './machine.ts'
import type { ShimEnvironment } from './shim-environment.ts'

/** The first words of every shim behind the name of the shell. */
const SHIM_MARK = '# octo shim v1: '

type ShimPlan = {
  /** What it is for, for people. */
  readonly title: string
  readonly comparison: ShimComparison
  readonly environment: ShimEnvironment
  /** File and leading arguments. */
  readonly program: readonly string[]
}

/** Command lines of `octo run`, without and with the words that have the shim written again. */
export type OctoCalls = { readonly run: readonly string[]; readonly relink: readonly string[] }

export function renderShim(machine: LinkMachine, calls: OctoCalls, plan: ShimPlan): string {
  const { comparison, environment, program } = plan
  return [
    ...opening(machine, plan.title),
    // What holds a password is given to octo, as arguments are for everybody to read.
    `case ${environment.secrets} in *@*) ${started(calls.run)} ;; esac`,
    `case $(${question(machine, comparison)}) in`,
    `${pattern(comparison)})`,
    ...environment.lines,
    `exec ${[machine.env, '-i'].map(shellWord).join(' ')} ${environment.words.join(' ')} ${program.map(shellWord).join(' ')} "$@"`,
    ';; esac',
    started(calls.relink),
    '',
  ].join('\n')
}

/** For what cannot be compared in less time than octo itself takes. */
export function renderCall(machine: LinkMachine, { run }: OctoCalls, title: string): string {
  return [...opening(machine, title), started(run), ''].join('\n')
}

export function isShim(text: string): boolean {
  return text.startsWith('#!') && text.split('\n', 2)[1]?.startsWith(SHIM_MARK) === true
}

/** The words with which a shim calls octo: of which plugin, by which config, it is a shim. Undefined where it calls nobody. */
export function callIn(text: string): string | undefined {
  const call = text.slice(text.lastIndexOf('\nexec '))
  const at = call.indexOf(' run --relink ')
  return at < 0 ? undefined : call.slice(at)
}

/** As `shellWord` writes them. */
const WORD = /'[^']*'(?:\\''[^']*')*|[^\s']\S*/g

type LinkedBy = { readonly options: readonly string[]; readonly request: string }

/** How `octo link` was told to write this shim, each word as it is typed; undefined where the text calls nobody. */
export function linkedBy(text: string): LinkedBy | undefined {
  const words: readonly string[] = text.slice(text.lastIndexOf('\nexec ')).match(WORD) ?? []
  const run = words.indexOf('run')
  // Behind them stand `--` and the words of the caller.
  const own = words.slice(words[run + 1] === '--relink' ? run + 3 : run + 1, -2)
  const request = own.at(-1)
  return run < 0 || request === undefined ? undefined : { options: own.slice(0, -1), request }
}

/** The folder that a shim gives octo as its store; undefined where it names none, and octo looks in the usual place. */
export function storeNamedIn(text: string): string | undefined {
  const [, quoted, plain] = /^exec \S+ (?:'OCTO_HOME=((?:[^'\n]|'\\'')*)'|OCTO_HOME=(\S*)) /m.exec(text) ?? []
  return quoted?.replaceAll("'\\''", "'") ?? plain
}

function opening({ shell }: LinkMachine, title: string): readonly string[] {
  return [
    `#!${shell}`,
    `${SHIM_MARK}${printable(title, 500)}`,
    '# Written by `octo link`, which also checks and replaces it; a change by hand is found by `octo link --check`.',
  ]
}

function started(call: readonly string[]): string {
  return `exec ${call.map(shellWord).join(' ')} "$@"`
}

function question({ stat }: LinkMachine, { paths }: ShimComparison): string {
  const settings = Object.entries(STAT_ENVIRONMENT).map(([name, value]) => `${name}=${value}`)
  const words = [stat, '-c', STAT_FORMAT, '--', ...paths].map(shellWord)
  return `${settings.join(' ')} exec ${words.join(' ')} 2>/dev/null`
}

/** What follows the beginning of a folder's line is left open. */
function pattern({ whole, folders }: ShimComparison): string {
  const ends = folders.map((start, at) => `'${at === 0 && whole.length === 0 ? '' : '\n'}${start}'*`)
  return `'${whole.join('\n')}'${ends.join('')}`
}
