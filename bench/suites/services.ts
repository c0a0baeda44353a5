// Services without containers: how long the start of fifty takes, and what two hundred that do nothing cost their supervisor.
import { setTimeout as delay } from 'node:timers/promises'
import { cpuMsOf, memoryOf } from '../child.ts'
import type { Aim, Benchmark, Contender } from '../model.ts'
import type { Project, Supervised } from '../ours/many-services.ts'
import { openProject, superviseByOcto } from '../ours/many-services.ts'
import { superviseByProcessCompose } from '../peers/process-compose.ts'
import { superviseBySupervisord } from '../peers/supervisord.ts'
import type { Scope } from '../scope.ts'
import type { Suite } from '../suite.ts'

const COUNTS = { full: { started: 50, idle: 200 }, quick: { started: 10, idle: 20 } }
const SECONDS = { full: 20, quick: 3 }
const OURS = 'octo start'
const PEERS = ['process-compose', 'supervisord'] as const

export const suite: Suite = {
  name: 'services',
  async prepare(scope) {
    const counts = scope.quick ? COUNTS.quick : COUNTS.full
    const starting = await supervisors(scope, 'start', counts.started)
    const idling = await supervisors(scope, 'idle', counts.idle)
    return [start(starting, counts.started), ...idle(idling, counts.idle, scope.quick ? SECONDS.quick : SECONDS.full)]
  },
}

type Supervisors = ReadonlyMap<string, Supervised>

async function supervisors(scope: Scope, name: string, count: number): Promise<Supervisors> {
  const found = new Map<string, Supervised>()
  const add = async (who: string, open: (project: Project) => Promise<Supervised>) => {
    const supervised = await scope.attempt(who, async () => open(await openProject(scope, `${name}-${who}`, count)))
    if (supervised) found.set(who, supervised)
  }
  await add(OURS, (project) => superviseByOcto(scope, project))
  await add('process-compose', superviseByProcessCompose)
  await add('supervisord', superviseBySupervisord)
  return found
}

function start(all: Supervisors, count: number): Benchmark {
  return {
    name: 'services-start',
    title: `start of ${count} services with dependencies`,
    unit: 'ms',
    rounds: { full: 9, quick: 1 },
    contenders: [...all].map(([name, { start, stop }]) => ({
      name,
      async measure() {
        const { ms } = await start()
        await stop()
        return ms
      },
    })),
    aims: aimsAt(all, (peer) => ({ ours: OURS, peer, compare: 'ratio' })),
    note: 'from the command until the last service has begun, each of which waits for the one ten before it; supervisord knows no dependencies and starts them in their order; octo reads and resolves its config, writes a journal and starts a supervisor of its own',
  }
}

/** Both tell of the same time. */
function idle(all: Supervisors, count: number, seconds: number): Benchmark[] {
  const found = new Map<string, Promise<{ readonly cpuMs: number; readonly bytes: number }>>()
  const once = (name: string, supervised: Supervised) => {
    const measured = found.get(name) ?? atRest(supervised, seconds)
    found.set(name, measured)
    return measured
  }
  const contenders = (figure: (at: { readonly cpuMs: number; readonly bytes: number }) => number): Contender[] =>
    [...all].map(([name, supervised]) => ({ name, measure: async () => figure(await once(name, supervised)) }))
  const common = { rounds: { full: 1, quick: 1 }, warmUp: false } as const
  return [
    {
      ...common,
      name: 'services-idle',
      title: `processor time for ${count} idle services, of each second`,
      unit: 'ms',
      contenders: [...contenders(({ cpuMs }) => cpuMs / seconds), { name: 'nothing', measure: async () => 0 }],
      aims: [
        { ours: OURS, peer: 'nothing', compare: 'difference', bound: 'at most', limit: 20 },
        ...aimsAt(all, (peer) => ({ ours: OURS, peer, compare: 'difference' })),
      ],
      note: `of the supervisor alone, over ${seconds} s after all have begun; 20 ms are 2 % of a processor`,
    },
    {
      ...common,
      name: 'services-memory',
      title: `memory of the supervisor of ${count} idle services`,
      unit: 'bytes',
      contenders: contenders(({ bytes }) => bytes),
      aims: aimsAt(all, (peer) => ({ ours: OURS, peer, compare: 'ratio' })),
      note: 'VmRSS of the one process',
    },
  ]
}

async function atRest({ start, stop }: Supervised, seconds: number) {
  const { pid } = await start()
  await delay(1000)
  const before = cpuMsOf(pid)
  await delay(seconds * 1000)
  const measured = { cpuMs: cpuMsOf(pid) - before, bytes: memoryOf(pid, 'VmRSS') }
  await stop()
  return measured
}

function aimsAt(all: Supervisors, aim: (peer: string) => Aim): Aim[] {
  return PEERS.filter((peer) => all.has(peer)).map(aim)
}
