// `octo logs`: what services wrote, each line behind the name of its service.
import { parseDuration } from '../../../schemas/duration.ts'
import { coded } from '../../../schemas/errors.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import { formatBytes } from '../../../terminal/index.ts'
import { readJournal } from '../../services/journal.ts'
import { logPath } from '../../services/log-files.ts'
import { readLogs } from '../../services/read-logs.ts'
import { shownName } from '../../services/render-status.ts'
import { hideInLogs } from '../../services/secrets/hide-in-logs.ts'
import type { ProjectCall } from './project.ts'
import { projectOf, requireKnown } from './project.ts'

export async function logs(call: ProjectCall): Promise<number> {
  const { words, terminal, options } = call
  const project = projectOf(call)
  requireKnown(words, project)
  const since = sinceOf(options.since)
  const ids = [...readJournal(project.places.journal).instances.keys()]
  const sources = ids
    .filter((id) => words.length === 0 || words.includes(id.slice(0, id.lastIndexOf('.'))))
    .map((id) => ({ name: id, path: logPath(project.places, id) }))
  const shown = new Map(sources.map(({ name }) => [name, shownName(name, ids)]))
  const width = Math.max(0, ...[...shown.values()].map((name) => name.length))
  const hide = hideInLogs(project.places)
  using interruption = interruptible()
  await readLogs(sources, {
    ...(since === undefined ? {} : { since }),
    ...{ follow: options.follow === true, signal: interruption.signal },
    line: ({ name }, text) => {
      const line = hide(text)
      terminal.print(
        terminal.json
          ? JSON.stringify({ instance: name, line })
          : `${terminal.paint.dim(`${shown.get(name)?.padEnd(width)} |`)} ${printable(line, Number.POSITIVE_INFINITY)}`,
      )
    },
    gap: ({ name }, bytes) => terminal.warn(`${name}: ${formatBytes(bytes)} were given up before they could be shown`),
  })
  return 0
}

function sinceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ago = parseDuration(text)
  const moment = ago === undefined ? Date.parse(text) : Date.now() - ago
  if (Number.isFinite(moment)) return moment
  throw coded('USAGE', {
    message: `${quote(text)} is neither a duration nor a moment`,
    hint: 'write for example `--since 10m` or `--since 2026-11-26T10:00:00Z`',
  })
}
