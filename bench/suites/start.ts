// What it costs to begin: a warm, verified run of a program that does nothing, and printing a version.
import { availableParallelism } from 'node:os'
import type { Command } from '../child.ts'
import { run } from '../child.ts'
import type { Benchmark, Contender } from '../model.ts'
import { octo } from '../ours/octo.ts'
import { byRelease } from '../ours/release.ts'
import { installedTrue, TRUE_PROGRAM } from '../ours/true-plugin.ts'
import { runByMise } from '../peers/mise.ts'
import type { Suite } from '../suite.ts'

const ROUNDS = { full: 31, quick: 5 }
const NODE: Command = { file: process.execPath, args: ['-e', '0'] }

export const suite: Suite = {
  name: 'start',
  async prepare(scope) {
    const checkout = await scope.attempt('octo run, from a checkout', () => installedTrue(scope))
    const release = checkout && (await scope.attempt('octo run', () => byRelease(scope, checkout)))
    const mise = await scope.attempt('mise exec', () => runByMise(scope, TRUE_PROGRAM, 'true-plugin'))
    return [runs({ release, checkout, mise }), version()]
  },
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
      ...(mise ? [command('mise exec', mise)] : []),
    ],
    aims: [
      { ours: 'octo run', peer: 'node -e 0', compare: 'difference', bound: 'at most', limit: 4 },
      { ours: 'octo run, from a checkout', peer: 'node -e 0', compare: 'difference' },
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
    aims: [{ ours: 'octo --version', peer: 'node -e 0', compare: 'difference', bound: 'at most', limit: 12 }],
  }
}

function command(name: string, started: Command): Contender {
  return { name, measure: async () => (await run(started)).ms }
}
