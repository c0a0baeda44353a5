// `octo plugin logs`: what service plugins printed that processes of this user share, each line behind the name of its plugin.
import { printable, printableJsonLine } from '../../../schemas/quote.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import { untilUnread } from '../../../system/process/until-unread.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { formatBytes } from '../../../terminal/index.ts'
import { momentOf } from '../../../terminal/moment.ts'
import { readLogs } from '../../logs/read-logs.ts'
import { writtenLogs } from '../../ocm/shared/written-logs.ts'
import { tailOf } from '../../operators/baremetal/tail.ts'
import { requireKnown } from './running-called.ts'

export type LogsOptions = { readonly follow?: boolean; readonly since?: string; readonly tail?: string }

export async function pluginLogsCommand(
  names: readonly string[],
  options: LogsOptions,
  terminal: Terminal,
): Promise<number> {
  const [since, last] = [momentOf(options.since), tailOf(options.tail)]
  const written = writtenLogs(process.env)
  const known = written.map(({ plugin }) => plugin)
  requireKnown(names, known, 'has run within the last day')
  const sources = written
    .filter(({ plugin }) => names.length === 0 || names.includes(plugin))
    .flatMap(({ plugin, paths }) => paths.map((path) => ({ name: plugin, path })))
  const width = Math.max(0, ...sources.map(({ name }) => name.length))
  using interruption = interruptible()
  const follow = options.follow === true
  using read = follow ? untilUnread(interruption.signal) : undefined
  await readLogs(sources, {
    since,
    last,
    follow,
    signal: (read ?? interruption).signal,
    line: ({ name }, line) =>
      terminal.print(
        terminal.json
          ? printableJsonLine({ plugin: name, line })
          : `${terminal.paint.dim(`${name.padEnd(width)} |`)} ${printable(line, Number.POSITIVE_INFINITY)}`,
      ),
    gap: ({ name }, bytes) => terminal.warn(`${name}: ${formatBytes(bytes)} were given up before they could be shown`),
  })
  return 0
}
