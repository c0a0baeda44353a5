// `octo plugin ps`: the service plugins that run, which processes of this user share.
import { printable } from '../../../schemas/quote.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { formatAge, formatBytes } from '../../../terminal/index.ts'
import { formatBytes, formatDuration } from '../../../terminal/index.ts'
import { keepShared } from '../../ocm/shared/keeper.ts'
import type { RunningPlugin } from '../../ocm/shared/list.ts'
import { runningPlugins } from '../../ocm/shared/list.ts'
import { sweepShared } from '../../ocm/shared/sweep.ts'

export type RunningOptions = { readonly lookAfter?: boolean }

export async function runningPluginsCommand({ lookAfter }: RunningOptions, terminal: Terminal): Promise<number> {
  if (lookAfter) {
    using interruption = interruptible()
    await keepShared(process.env, interruption.signal)
    return 0
  }
  await sweepShared(process.env)
  const running = runningPlugins(process.env)
  if (terminal.json) terminal.result({ json: running.map(toJson), text: () => '' })
  else if (running.length === 0)
    terminal.info('no service plugin runs; `octo plugin call --keep 10m` leaves one running')
  else
    terminal.table({
      columns: [
        { title: 'plugin' },
        { title: 'pid' },
        { title: 'state' },
        { title: 'for' },
        { title: 'calls' },
        { title: 'memory' },
        { title: 'program', shrinks: true },
      ],
      rows: running.map(({ record, pid, state, calls, memoryBytes }) => [
        record.plugin,
        String(pid),
        state,
        formatAge(Date.now() - record.startedAt),
        String(calls),
        formatBytes(memoryBytes),
        printable(record.program, 200),
      ]),
    })
  return 0
}

function toJson({ record, pid, state, calls, memoryBytes }: RunningPlugin) {
  const { plugin, program, digest, isKept, idleTimeoutMs, startedAt } = record
  const since = new Date(startedAt).toISOString()
  return { plugin, pid, state, since, calls, memoryBytes, program, digest, isKept, idleTimeoutMs }
}
