// Service plugins beside OCM's own manager, both driving the same plugin made with OCM's own SDK.
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Aim, Benchmark, Contender, Unit } from '../model.ts'
import type { Asking, Driver } from '../peers/ocm-host.ts'
import { drive, ocmPlaces } from '../peers/ocm-host.ts'
import type { Scope } from '../scope.ts'
import { median } from '../statistics.ts'
import type { Suite } from '../suite.ts'

const OURS = 'octo'
const PEER = 'OCM manager'
const PLUGIN = 'test-plugin-component-lister'
const SCANNED = 50
const CALLERS = 32
const CALLS = { full: 2000, quick: 200 }
const ROUNDS = { full: 9, quick: 1 }
const COLD_ROUNDS = { full: 15, quick: 2 }
/** For so long octo digests a file anew at each start, as a change soon after another may leave no trace. */
const CHANGED_JUST_NOW_MS = 61_000

export const suite: Suite = {
  name: 'ocm',
  async prepare(scope) {
    const places = await scope.attempt('ocm', async () => ocmPlaces())
    if (!places) return []
    const folders = await writePlugins(scope, join(places.plugins, PLUGIN))
    const settled = scope.quick ? Promise.resolve() : pause(CHANGED_JUST_NOW_MS, undefined, { ref: false })
    const { warm: one, cold, many } = folders
    const drivers = driversOf(scope, places.manager)
    const calls = scope.quick ? CALLS.quick : CALLS.full
    const warm = warmCalls(drivers, { do: 'warm', dir: one, calls })
    return [
      bench(
        'ocm-warm-p50',
        'a call of a service plugin that runs, median',
        warm((ms) => quantile(ms, 0.5)),
        {
          note: `of ${calls} calls one after the other over a Unix socket, as the caller sees them`,
        },
      ),
      bench(
        'ocm-warm-p99',
        'the same, the slowest of a hundred',
        warm((ms) => quantile(ms, 0.99)),
      ),
      bench(
        'ocm-callers',
        `calls by ${CALLERS} callers at once`,
        asked(
          drivers,
          { do: 'callers', dir: one, callers: CALLERS, calls },
          ([ms = Number.NaN]) => (calls * 1000) / ms,
        ),
        { unit: 'requests/s', bound: 'at least' },
      ),
      bench(
        'ocm-cold',
        'from a service plugin that does not run to its first answer',
        after(settled, asked(drivers, { do: 'cold', dir: cold })),
        {
          rounds: COLD_ROUNDS,
          note: 'its file lies there for a minute, as one that was installed; before that, octo digests it at each start',
        },
      ),
      bench('ocm-scan', `what ${SCANNED} plugins of a folder can do`, asked(drivers, { do: 'scan', dir: many }), {
        limit: 0.2,
        note: 'octo remembers by the digest of each file what it answered, and has asked each once before',
      }),
    ]
  },
}

/** Each copy of the plugin has a name of its own: under OCM's manager two of the same name cannot run at the same time. */
async function writePlugins(scope: Scope, plugin: string) {
  const folders = { warm: scope.path('warm'), cold: scope.path('cold'), many: scope.path('many') }
  for (const folder of Object.values(folders)) await mkdir(folder)
  for (const name of ['warm', 'cold'] as const) await copyFile(plugin, join(folders[name], `test-plugin-${name}`))
  // OCM's manager refuses a type that two plugins have.
  for (let number = 1; number <= SCANNED; number++) {
    const script = `#!/bin/sh\n'${plugin}' "$@" | sed 's/DummyRepository/Dummy${number}Repository/'\n`
    await writeFile(join(folders.many, `plugin-${number}`), script, { mode: 0o755 })
  }
  return folders
}

type Drivers = ReadonlyMap<string, Driver>

function driversOf(scope: Scope, manager: string): Drivers {
  const env = { PATH: process.env.PATH ?? '', HOME: scope.folder, TMPDIR: scope.folder, OCTO_HOME: scope.path('store') }
  const program = fileURLToPath(new URL('../ours/ocm-host.ts', import.meta.url))
  const ours = { file: process.execPath, args: ['--disable-warning=ExperimentalWarning', program], env }
  return new Map([
    [OURS, drive(scope, ours)],
    [PEER, drive(scope, { file: manager, env })],
  ])
}

function asked(
  drivers: Drivers,
  asking: Asking,
  figure: (ms: readonly number[]) => number = ([ms = Number.NaN]) => ms,
): readonly Contender[] {
  return [...drivers].map(([name, ask]) => ({ name, measure: async () => figure(await ask(asking)) }))
}

function after(happened: Promise<unknown>, contenders: readonly Contender[]): readonly Contender[] {
  return contenders.map(({ name, measure }) => ({
    name,
    async measure(round) {
      await happened
      return await measure(round)
    },
  }))
}

/** Each round is asked for once, and both figures are taken from it. */
function warmCalls(drivers: Drivers, asking: Asking) {
  const rounds = new Map<string, Promise<readonly number[]>>()
  return (figure: (ms: readonly number[]) => number): readonly Contender[] =>
    [...drivers].map(([name, ask]) => ({
      name,
      async measure(round) {
        const known = rounds.get(`${name} ${round}`) ?? ask(asking)
        rounds.set(`${name} ${round}`, known)
        return figure(await known)
      },
    }))
}

function quantile(values: readonly number[], share: number): number {
  if (share === 0.5) return median(values)
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

type Wanted = Partial<Pick<Benchmark, 'rounds' | 'note'> & Pick<Aim, 'bound' | 'limit'> & { readonly unit: Unit }>

function bench(name: string, title: string, contenders: readonly Contender[], wanted: Wanted = {}): Benchmark {
  const { rounds = ROUNDS, note, unit = 'ms', bound = 'at most', limit = 1 } = wanted
  const aims: readonly Aim[] = [{ ours: OURS, peer: PEER, compare: 'ratio', bound, limit }]
  return { name, title, unit, contenders, aims, rounds, ...(note === undefined ? {} : { note }) }
}
