// What it costs to begin: a warm, verified run of a program that does nothing, printing a version, and whole commands.
import { availableParallelism } from 'node:os'
import type { Command } from '../child.ts'
import { run } from '../child.ts'
import type { Benchmark, Contender } from '../model.ts'
import { frozenInstall, oneCheck } from '../ours/full-commands.ts'
import { linkedPlugins } from '../ours/linked-plugins.ts'
import { octo } from '../ours/octo.ts'
import { openRelease } from '../ours/release.ts'
import { installedTrue, TRUE_PLUGIN, TRUE_PROGRAM } from '../ours/true-plugin.ts'
import { runByMise } from '../peers/mise.ts'
import type { Suite } from '../suite.ts'

const ROUNDS = { full: 31, quick: 5 }
const NODE: Command = { file: process.execPath, args: ['-e', '0'] }
/** What it costs without any proof: Node's start and the plugin's, as in a warm run, which starts no second Node for it either. */
const BECOMES: Command = {
  file: process.execPath,
  args: ['--no-warnings', '-e', `process.execve(${JSON.stringify(TRUE_PROGRAM)}, ['true'])`],
}

export const suite: Suite = {
  name: 'start',
  async prepare(scope) {
    const checkout = await scope.attempt('octo run, from a checkout', () => installedTrue(scope))
    const byRelease = await scope.attempt('a release of octo', () => openRelease(scope))
    const release = checkout && byRelease?.(checkout)
    const mise = await scope.attempt('mise exec', () => runByMise(scope, TRUE_PROGRAM, 'true-plugin'))
    const check = checkout && (await scope.attempt('octo check', () => oneCheck(scope, checkout, TRUE_PLUGIN)))
    const install = await scope.attempt('octo install --frozen', () => frozenInstall(scope))
    const wholes: [Named, Command | undefined][] = [
      [{ name: 'help', title: 'octo --help' }, octo(['--help'])],
      [{ name: 'check', title: 'octo check of one check' }, check],
      [{ name: 'install-frozen', title: 'octo install --frozen of 30', half: true }, install],
    ]
    const whole = wholes.flatMap(([named, ours]) => (ours ? [wholeCommand(named, ours, byRelease)] : []))
    const shims = await scope.attempt('octo link', () => linkedPlugins(scope, TRUE_PROGRAM, FILES))
    const own = [runs({ release, checkout, mise: mise?.exec }), ...(shims ? [linked(shims, mise?.shim)] : [])]
    return [...own, version(), ...whole]
  },
}

/** The last one is more than a shim compares. */
const FILES = [1, 50, 500]

function linked(shims: readonly Command[], mise: Command | undefined): Benchmark {
  const names = FILES.map((count) => `octo shim, ${count} ${count === 1 ? 'file' : 'files'}`)
  return {
    name: 'run-linked',
    title: 'run of a linked plugin that does nothing',
    unit: 'ms',
    rounds: ROUNDS,
    contenders: [
      ...shims.map((shim, at) => command(names[at] ?? '', shim)),
      command('bare spawn', { file: TRUE_PROGRAM, args: [] }),
      ...(mise ? [command('mise shim', mise)] : []),
    ],
    aims: names.flatMap((ours, at): Benchmark['aims'] => [
      at < 2
        ? { ours, peer: 'bare spawn', compare: 'difference', bound: 'at most', limit: 3 }
        : { ours, peer: 'bare spawn', compare: 'difference' },
      ...(mise && at === 1 ? [{ ours, peer: 'mise shim', compare: 'difference' } as const] : []),
    ]),
    note: 'the same program on all sides; a shim compares the plugin before each run, and with more than 200 files it calls octo; mise looks the program up by name and verifies nothing',
  }
}

type Runs = Readonly<Record<'release' | 'checkout' | 'mise', Command | undefined>>

function runs({ release, checkout, mise }: Runs): Benchmark {
  return {
    name: 'run-warm',
    title: 'warm verified run of a plugin that does nothing',
    unit: 'ms',
    rounds: ROUNDS,
    contenders: [
      ...(release ? [command('octo run', release)] : []),
      ...(checkout ? [command('octo run, from a checkout', checkout)] : []),
      command('bare spawn', { file: TRUE_PROGRAM, args: [] }),
      command('node -e 0', NODE),
      command('node that becomes it', BECOMES),
      ...(mise ? [command('mise exec', mise)] : []),
    ],
    aims: [
      { ours: 'octo run', peer: 'node -e 0', compare: 'difference', bound: 'at most', limit: 4 },
      { ours: 'octo run, from a checkout', peer: 'node -e 0', compare: 'difference' },
      { ours: 'octo run', peer: 'node that becomes it', compare: 'difference' },
      { ours: 'octo run', peer: 'bare spawn', compare: 'difference' },
      { ours: 'octo run', peer: 'mise exec', compare: 'difference' },
    ],
    note: `the same binary on all sides; a checkout also compares its bundle with the sources; mise looks the program up by name and verifies nothing; ${availableParallelism()} cores free to all`,
  }
}

function version(): Benchmark {
  return {
    name: 'version',
    title: 'octo --version',
    unit: 'ms',
    rounds: ROUNDS,
    contenders: [command('octo --version', octo(['--version'])), command('node -e 0', NODE)],
    aims: [{ ours: 'octo --version', peer: 'node -e 0', compare: 'difference', bound: 'at most', limit: 2 }],
  }
}

type Named = Pick<Benchmark, 'name' | 'title'> & {
  /** Whether a release is to take half of what the sources take. */
  readonly half?: true
}

/** The same command from a release, from a checkout with its bundle, and from the sources. */
function wholeCommand(
  { name, title, half }: Named,
  ours: Command,
  byRelease?: (command: Command) => Command,
): Benchmark {
  const [release, checkout, sources] = ['a release', 'a checkout', 'sources'] as const
  return {
    name,
    title,
    unit: 'ms',
    rounds: ROUNDS,
    contenders: [
      ...(byRelease ? [command(release, byRelease(ours))] : []),
      command(checkout, ours),
      command(sources, { ...ours, env: { ...ours.env, OCTO_FROM_SOURCE: '1' } }),
      command('node -e 0', NODE),
    ],
    aims: [
      { ours: release, peer: sources, compare: 'ratio', ...(half && { bound: 'at most', limit: 0.5 }) },
      { ours: checkout, peer: sources, compare: 'ratio' },
      { ours: release, peer: 'node -e 0', compare: 'difference' },
    ],
    note: 'with a store that holds everything and no network; a release is the bundle with its compiled code',
  }
}

function command(name: string, started: Command): Contender {
  return { name, measure: async () => (await run(started)).ms }
}
