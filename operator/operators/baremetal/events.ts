// `octo events`: what happened to services, as whoever supervised them noted it; nobody has to supervise them now.
import { printable, printableJsonLine } from '../../../schemas/quote.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import { untilUnread } from '../../../system/process/until-unread.ts'
import type { Cell, Terminal } from '../../../terminal/index.ts'
import { momentOf } from '../../../terminal/moment.ts'
import { lastOf } from '../../logs/last-of.ts'
import type { NotedEvent } from '../../services/events/event-log.ts'
import { readEvents } from '../../services/events/read-events.ts'
import type { ProjectCall } from './project.ts'
import { isMeant, projectOf, requireKnown } from './project.ts'
import { tailOf } from './tail.ts'

export async function events(call: ProjectCall): Promise<number> {
  const { words, terminal, options } = call
  const project = projectOf(call)
  const since = momentOf(options.since) ?? Number.NEGATIVE_INFINITY
  const isAsked = ({ at, service = '', instance = '' }: NotedEvent) =>
    Date.parse(at) >= since && isMeant({ service, instance }, words)
  const { events: path } = project.places
  using interruption = interruptible()
  const known = new Set<string>()
  const before: NotedEvent[] = []
  let isFollowing = false
  const { take, release } = lastOf<NotedEvent>(tailOf(options.tail), (event) => {
    if (terminal.json) terminal.print(printableJsonLine(event))
    else if (isFollowing) terminal.sentence(lineOf(event), SAYS_INDENT)
    else before.push(event)
  })
  const hear = (event: NotedEvent) => {
    for (const name of [event.service, event.instance]) if (name !== undefined) known.add(name)
    if (isAsked(event)) take(event)
  }
  const reading = { event: hear, caughtUp: release, signal: interruption.signal }
  if (options.follow !== true) {
    await readEvents(path, reading)
    // One that is in the config no more has events still.
    if (words.some((word) => !known.has(word))) requireKnown(words, project, 'instances')
    show(before, terminal)
    return 0
  }
  requireKnown(words, project, 'instances')
  isFollowing = true
  using read = untilUnread(interruption.signal)
  await readEvents(path, { ...reading, signal: read.signal, follow: true })
  return 0
}

function show(all: readonly NotedEvent[], terminal: Terminal): void {
  if (terminal.json) return
  if (all.length === 0) terminal.info('nothing has happened that was noted')
  else
    terminal.table({
      columns: [{ title: 'when' }, { title: 'what' }, { title: 'event' }, { title: 'which says' }],
      rows: all.map((event): readonly Cell[] => {
        const [when, what, kind, says] = cellsOf(event)
        return [when, what, isBad(event) ? { text: kind, paint: terminal.paint.red } : kind, says]
      }),
    })
}

const WIDTHS = [20, 16, 18] as const
/** Where what it says begins, behind the columns and two spaces after each. */
const SAYS_INDENT = 60

function lineOf(event: NotedEvent): string {
  return cellsOf(event)
    .map((text, at) => printable(text, MAX_TEXT).padEnd(WIDTHS[at] ?? 0))
    .join('  ')
    .trimEnd()
}

const MAX_TEXT = 600

function cellsOf(event: NotedEvent): readonly [when: string, what: string, kind: string, says: string] {
  const { at, service, instance = service, check, notifier, kind, message } = event
  const what = [instance, check, notifier].filter((text) => text !== undefined).join(' ')
  // The milliseconds are for programs.
  return [at.replace(/\.\d+Z$/, 'Z'), what, kind, message]
}

function isBad({ kind, end }: NotedEvent): boolean {
  if (kind === 'exited') return end?.kind !== 'code' || end.code !== 0
  return ['failed', 'gave-up', 'unhealthy', 'check-failed', 'secrets-failed'].includes(kind)
}
