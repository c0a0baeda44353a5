// Thirty plugins of 1 MiB: the first install on a machine, and the one that finds everything in place.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { MIB } from '../bytes.ts'
import { run } from '../child.ts'
import type { Benchmark, Contender } from '../model.ts'
import type { Consumer } from '../ours/consumer.ts'
import { thirtyPlugins } from '../ours/thirty-plugins.ts'
import type { Npm } from '../peers/npm.ts'
import { openNpm } from '../peers/npm.ts'
import { npmProject } from '../peers/npm-package.ts'
import { serveVerdaccio } from '../peers/verdaccio.ts'
import type { Scope } from '../scope.ts'
import type { Suite } from '../suite.ts'

const PLUGINS = { count: 30, size: MIB }

export const suite: Suite = {
  name: 'install',
  async prepare(scope) {
    const ours = await scope.attempt('octo', () => thirtyPlugins(scope, PLUGINS))
    const npm = await scope.attempt('npm', () => openProject(scope))
    return [cold(ours, npm), unlocked(ours, npm), warm(ours, npm)]
  },
}

type NpmProject = { readonly npm: Npm; readonly project: string; readonly cache: string }

async function openProject(scope: Scope): Promise<NpmProject> {
  const npm = await openNpm(scope, await serveVerdaccio(scope))
  return { npm, project: await npmProject(npm, scope.path('npm-packages'), PLUGINS), cache: scope.path('npm-cache') }
}

function cold(ours: Consumer | undefined, npm: NpmProject | undefined): Benchmark {
  return {
    name: 'install-cold',
    title: 'first install of 30 × 1 MiB, locked',
    unit: 'ms',
    rounds: { full: 7, quick: 1 },
    contenders: [
      ...(ours ? [octo('octo install', ours, { empty: true, words: ['install', '--frozen'] })] : []),
      ...(npm ? [npmFromNothing('npm ci', npm, ['ci'])] : []),
    ],
    aims: [{ ours: 'octo install', peer: 'npm ci', compare: 'ratio', bound: 'at most', limit: 0.5 }],
    note: 'empty store, with a lockfile; npm with an empty cache and its lockfile; the same number of incompressible bytes',
  }
}

function unlocked(ours: Consumer | undefined, npm: NpmProject | undefined): Benchmark {
  return {
    name: 'install-unlocked',
    title: 'first install of 30 × 1 MiB, no lockfile',
    unit: 'ms',
    rounds: { full: 7, quick: 1 },
    contenders: [
      ...(ours ? [octo('octo install', ours, { empty: true, unlocked: true, words: ['install'] })] : []),
      ...(npm ? [npmFromNothing('npm install', npm, ['install', '--no-package-lock'])] : []),
    ],
    aims: [{ ours: 'octo install', peer: 'npm install', compare: 'ratio', bound: 'at most', limit: 0.5 }],
    note: 'empty store, no lockfile: versions are resolved first',
  }
}

function warm(ours: Consumer | undefined, npm: NpmProject | undefined): Benchmark {
  return {
    name: 'install-warm',
    title: 'install when all 30 are there',
    unit: 'ms',
    rounds: { full: 15, quick: 2 },
    contenders: [
      ...(ours ? [octo('octo install --frozen', ours, { words: ['install', '--frozen'] })] : []),
      ...(npm ? [npmAgain(npm)] : []),
      {
        name: 'node -e 0',
        measure: async () => (await run({ file: process.execPath, args: ['-e', '0'], core: 'load' })).ms,
      },
    ],
    aims: [
      { ours: 'octo install --frozen', peer: 'npm install', compare: 'ratio' },
      { ours: 'octo install --frozen', peer: 'node -e 0', compare: 'difference' },
    ],
    note: 'octo proves all 30 again from its store; npm finds node_modules up to date',
  }
}

type Install = { readonly words: readonly string[]; readonly empty?: boolean; readonly unlocked?: boolean }

function octo(name: string, ours: Consumer, { words, empty, unlocked }: Install): Contender {
  return {
    name,
    measure: async () => {
      if (empty) await ours.emptyStore()
      if (!empty || !unlocked) await ours.lock()
      if (!empty) await run(ours.octo(['install', '--frozen']))
      if (unlocked) await ours.unlock()
      return (await run(ours.octo(words))).ms
    },
  }
}

function npmFromNothing(name: string, { npm, project, cache }: NpmProject, words: readonly string[]): Contender {
  return {
    name,
    measure: async () => {
      for (const path of [cache, join(project, 'node_modules')]) await rm(path, { recursive: true, force: true })
      return (await run(npm([...words, `--cache=${cache}`], project))).ms
    },
  }
}

function npmAgain({ npm, project, cache }: NpmProject): Contender {
  const name = 'npm install'
  return { name, measure: async () => (await run(npm(['install', `--cache=${cache}`], project))).ms }
}
