// `octo logs`: what services wrote, each line behind the name of its service.
import { printable, printableJsonLine } from '../../../schemas/quote.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import { untilUnread } from '../../../system/process/until-unread.ts'
import { formatBytes } from '../../../terminal/index.ts'
import { momentOf } from '../../../terminal/moment.ts'
import { readLogs } from '../../logs/read-logs.ts'
import { readJournal, serviceIn } from '../../services/journal/journal.ts'
import { logPath } from '../../services/project/places.ts'
import { hideInLogs } from '../../services/secrets/hide-in-logs.ts'
import { shownName } from '../../services/status/render-status.ts'
import type { ProjectCall } from './project.ts'
import { isMeant, projectOf, requireKnown } from './project.ts'
import { tailOf } from './tail.ts'

export async function logs(call: ProjectCall): Promise<number> {
  const { words, terminal, options } = call
  const project = projectOf(call)
  requireKnown(words, project, 'instances')
  const [since, last] = [momentOf(options.since), tailOf(options.tail)]
  const ids = [...readJournal(project.places.journal).instances.keys()]
  const sources = ids
    .filter((id) => isMeant({ service: serviceIn(id), instance: id }, words))
    .map((id) => ({ name: id, path: logPath(project.places, id) }))
  const shown = new Map(sources.map(({ name }) => [name, shownName(name, ids)]))
  const width = Math.max(0, ...[...shown.values()].map((name) => name.length))
  const hide = hideInLogs(project.places)
  using interruption = interruptible()
  const follow = options.follow === true
  using read = follow ? untilUnread(interruption.signal) : undefined
  await readLogs(sources, {
    since,
    last,
    follow,
    signal: (read ?? interruption).signal,
    line: ({ name }, text) => {
      const line = hide(text)
      terminal.print(
        terminal.json
          ? printableJsonLine({ instance: name, line })
          : `${terminal.paint.dim(`${shown.get(name)?.padEnd(width)} |`)} ${printable(line, Number.POSITIVE_INFINITY)}`,
      )
    },
    gap: ({ name }, bytes) => terminal.warn(`${name}: ${formatBytes(bytes)} were given up before they could be shown`),
  })
  return 0
}
