// `octo plugin ps`: the service plugins that run, which processes of this user share.
import { hostname } from 'node:os'
import { printable } from '../../../schemas/quote.ts'
import { octoVersion } from '../../../system/octo-version.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import { giveBackMemorySoon, keepHeapSmall } from '../../../system/process/small-heap.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { formatAge, formatBytes } from '../../../terminal/index.ts'
import type { MeasuresOptions } from '../../metrics/measures-target.ts'
import { requireTarget, writeMeasures } from '../../metrics/measures-target.ts'
import type { CallTally } from '../../ocm/call/call-tally.ts'
import { familiesOfPlugins } from '../../ocm/shared/families.ts'
import { keepShared } from '../../ocm/shared/keeper.ts'
import type { RunningPlugin } from '../../ocm/shared/list.ts'
import { runningPlugins, sharedPlugins } from '../../ocm/shared/list.ts'
import { sweepShared } from '../../ocm/shared/sweep.ts'
import type { Trouble } from '../../ocm/shared/troubles.ts'
import { troublesOf } from '../../ocm/shared/troubles.ts'

export type RunningOptions = MeasuresOptions & { readonly lookAfter?: boolean }

export async function runningPluginsCommand(options: RunningOptions, terminal: Terminal): Promise<number> {
  requireTarget(options, 'octo plugin ps --metrics plugins.prom --world-readable')
  if (options.lookAfter) {
    keepHeapSmall()
    giveBackMemorySoon()
    using interruption = interruptible()
    await keepShared(process.env, interruption.signal)
    return 0
  }
  await sweepShared(process.env)
  const running = runningPlugins(process.env)
  const troubles = troublesOf(process.env).filter(({ plugin }) =>
    running.every(({ record }) => record.plugin !== plugin),
  )
  if (terminal.json) terminal.result({ json: [...running.map(toJson), ...troubles.map(troubleToJson)], text: () => '' })
  else if (running.length + troubles.length === 0)
    terminal.info('no service plugin runs; `octo plugin call --keep 10m` leaves one running')
  else
    terminal.table({
      columns: [
        { title: 'plugin' },
        { title: 'pid' },
        { title: 'state' },
        { title: 'for' },
        { title: 'calls' },
        { title: 'failed' },
        { title: 'memory' },
        { title: 'program', shrinks: true },
      ],
      rows: [...running.map(rowOf), ...troubles.map(rowOfTrouble)],
    })
  if (options.metrics !== undefined) await measure(options.metrics, options.worldReadable ?? false, terminal)
  return 0
}

function rowOf({ record, pid, state, tally, memoryBytes }: RunningPlugin): readonly string[] {
  return [
    record.plugin,
    String(pid),
    state,
    formatAge(Date.now() - record.startedAt),
    String(tally.calls),
    String(failedCalls(tally)),
    formatBytes(memoryBytes),
    printable(record.program, 200),
  ]
}

/** It is to run, and does not: why stands in the place of its program. */
function rowOfTrouble({ plugin, state, reason }: Trouble): readonly string[] {
  return [plugin, '-', state, '-', '-', '-', '-', reason]
}

function troubleToJson({ plugin, state, reason, failures, againAt }: Trouble) {
  return { plugin, pid: null, state, reason, failures, againAt: new Date(againAt).toISOString() }
}

/** Of those that have ended, too: how often one failed is not forgotten with it. */
async function measure(target: string, isWorldReadable: boolean, terminal: Terminal): Promise<void> {
  const resource = { host: hostname(), octo: octoVersion(), at: new Date() }
  const families = familiesOfPlugins(sharedPlugins(process.env))
  await writeMeasures(target, {
    families,
    resource,
    isWorldReadable,
    env: process.env,
    warn: (line) => terminal.warn(line),
  })
}

function failedCalls({ errors }: CallTally): number {
  return Object.values(errors).reduce((sum, count) => sum + count, 0)
}

function toJson({ record, pid, state, tally, memoryBytes }: RunningPlugin) {
  const { plugin, program, digest, isKept, idleTimeoutMs, startedAt } = record
  const since = new Date(startedAt).toISOString()
  const { calls, errors, seconds: callSeconds, starts, failedStarts } = tally
  return {
    plugin,
    pid,
    state,
    since,
    calls,
    errors,
    callSeconds,
    starts,
    failedStarts,
    memoryBytes,
    program,
    digest,
    isKept,
    idleTimeoutMs,
  }
}
