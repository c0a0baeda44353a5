// A thousand checks each second of a mixed config: whether all begin, how late, and what the process that watches them takes.
import { MIB } from '../bytes.ts'
import type { Benchmark, Contender } from '../model.ts'
import type { Amounts } from '../ours/spread-kinds.ts'
import type { Watched } from '../ours/watched-checks.ts'
import { openWatchedChecks } from '../ours/watched-checks.ts'
import type { Suite } from '../suite.ts'

const ROUNDS = { full: 5, quick: 1 }
const AMOUNTS = { full: { core: 870, residents: 100, scripts: 30 }, quick: { core: 87, residents: 10, scripts: 3 } }
const SECONDS = { full: 15, quick: 4 }
/** The share of a second that the interval is longer. */
const WANTED = 1 / 1.001

export const suite: Suite = {
  name: 'checks',
  async prepare(scope) {
    const [amounts, seconds] = scope.quick ? [AMOUNTS.quick, SECONDS.quick] : [AMOUNTS.full, SECONDS.full]
    const watch = await scope.attempt('octo check --watch', () => openWatchedChecks(scope, amounts))
    return watch
      ? benchmarks(
          onceARound(() => watch(seconds * 1000)),
          amounts,
        )
      : []
  },
}

/** All benchmarks tell of the same runs. */
function onceARound(watch: () => Promise<Watched>): (round: number) => Promise<Watched> {
  const rounds = new Map<number, Promise<Watched>>()
  return (round) => {
    const found = rounds.get(round) ?? watch()
    rounds.set(round, found)
    return found
  }
}

function benchmarks(watched: (round: number) => Promise<Watched>, { core, residents, scripts }: Amounts): Benchmark[] {
  const total = core + residents + scripts
  const what = `each second ${core} checks of TCP, HTTP and gRPC inside octo, ${residents} of two plugins that stay, and ${scripts} shell scripts that are started`
  const common = { rounds: ROUNDS, warmUp: false } as const
  const ours = (name: string, figure: (found: Watched) => number): Contender => ({
    name,
    measure: async (round) => figure(await watched(round)),
  })
  return [
    {
      ...common,
      name: 'checks-rate',
      title: `${total} checks a second`,
      unit: 'requests/s',
      contenders: [ours('octo check --watch', ({ rate }) => rate), fixed('as configured', total * WANTED)],
      aims: [{ ours: 'octo check --watch', peer: 'as configured', compare: 'ratio', bound: 'at least', limit: 0.98 }],
      note: `${what}; counted from the end of the second round on, as a check moves behind its first run to its own place in the timetable`,
    },
    {
      ...common,
      name: 'checks-first-round',
      title: `until each of ${total} checks has run once`,
      unit: 'ms',
      contenders: [ours('octo check --watch', ({ firstRoundMs }) => firstRoundMs), fixed('at once', 0)],
      aims: [{ ours: 'octo check --watch', peer: 'at once', compare: 'difference' }],
      note: 'from the line that all are watched to the one that all have run; first runs are spread over a second',
    },
    {
      ...common,
      name: 'checks-lateness',
      title: `lateness of ${total} checks a second`,
      unit: 'ms',
      contenders: [
        ours('inside octo, median', ({ lateness }) => lateness['in-process'].p50),
        ours('inside octo, 99 %', ({ lateness }) => lateness['in-process'].p99),
        ours('plugins that stay, median', ({ lateness }) => lateness.resident.p50),
        ours('plugins that stay, 99 %', ({ lateness }) => lateness.resident.p99),
        ours('processes, median', ({ lateness }) => lateness.process.p50),
        ours('processes, 99 %', ({ lateness }) => lateness.process.p99),
        fixed('on time', 0),
      ],
      aims: [
        { ours: 'inside octo, median', peer: 'on time', compare: 'difference' },
        { ours: 'inside octo, 99 %', peer: 'on time', compare: 'difference', bound: 'at most', limit: 20 },
        { ours: 'plugins that stay, median', peer: 'on time', compare: 'difference' },
        { ours: 'plugins that stay, 99 %', peer: 'on time', compare: 'difference', bound: 'at most', limit: 20 },
        { ours: 'processes, median', peer: 'on time', compare: 'difference' },
        { ours: 'processes, 99 %', peer: 'on time', compare: 'difference', bound: 'at most', limit: 200 },
      ],
      note: 'from the moment that a run is due to its begin; a first run begins as soon as it can, and is due at no moment',
    },
    {
      ...common,
      name: 'checks-memory',
      title: `memory while watching ${total} checks a second`,
      unit: 'bytes',
      contenders: [ours('octo check --watch', ({ peakBytes }) => peakBytes), fixed('nothing', 0)],
      aims: [
        {
          ours: 'octo check --watch',
          peer: 'nothing',
          compare: 'difference',
          bound: 'at most',
          limit: 100 * MIB,
        },
      ],
      note: 'VmHWM of the one process; that of plugins that stay and of scripts is not in it',
    },
    {
      ...common,
      name: 'checks-cpu',
      title: `processor time for ${total} checks a second, of each second`,
      unit: 'ms',
      contenders: [ours('octo check --watch', ({ cpuMsPerSecond }) => cpuMsPerSecond), fixed('nothing', 0)],
      aims: [{ ours: 'octo check --watch', peer: 'nothing', compare: 'difference' }],
      note: 'all threads of the one process, with its system calls; plugins that stay and scripts are not in it',
    },
  ]
}

function fixed(name: string, figure: number): Contender {
  return { name, measure: async () => figure }
}
