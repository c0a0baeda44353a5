// What would change of what runs, as people and programs see it before it does.
import { printable } from '../../../schemas/quote.ts'
import type { Terminal } from '../../../terminal/index.ts'
import type { Change, Changes } from '../../services/changes.ts'
import { changesOf } from '../../services/changes.ts'
import { readJournal } from '../../services/journal/journal.ts'
import type { Runnable } from '../../services/specs/runnable.ts'
import type { Project } from '../../services/supervise.ts'
import { currentStatus } from './project.ts'

/** Between what a config says, of some services or of all, and what was started. */
export async function currentChanges(
  project: Project,
  next: Runnable,
  { isPartial }: { readonly isPartial: boolean },
): Promise<Changes> {
  const { services: instances } = await currentStatus(project)
  const { services } = readJournal(project.places.journal)
  return changesOf({ services, instances, next, isPartial })
}

export function showChanges({ changes, stops, starts }: Changes, terminal: Terminal): void {
  terminal.table({
    columns: [{ title: 'service' }, { title: 'change' }, { title: 'what differs' }],
    rows: changes.map((change) => [change.service, WORDS[change.action], whatDiffers(change)]),
  })
  if (stops.length > 0) terminal.sentence(`\nstops:  ${stops.join(', ')}`, NAMES_INDENT)
  if (starts.length > 0) terminal.sentence(`${stops.length > 0 ? '' : '\n'}starts: ${starts.join(', ')}`, NAMES_INDENT)
}

/** Where the names begin. */
const NAMES_INDENT = 8

const WORDS: Readonly<Record<Change['action'], string>> = {
  add: 'new',
  remove: 'gone',
  restart: 'restart',
  start: 'start',
  update: 'takes effect while it runs',
}

/** Who sees the table may not know of what it says nothing. */
function whatDiffers({ action, fields }: Change): string {
  if (action === 'remove') return 'not in the config any more'
  return fields.join(', ')
}

/** As part of a JSON answer. */
export function changesToJson({ changes, stops, starts }: Changes) {
  return { changes, stops, starts }
}

/** Before a word that was typed does what it says: what it changes, and what it leaves as it is. */
export function tellChanges(word: 'start' | 'restart', found: Changes, terminal: Terminal): void {
  for (const change of found.changes) terminal.info(printable(sentenceOf(word, change), MAX_LINE))
}

const MAX_LINE = 500

function sentenceOf(word: 'start' | 'restart', change: Change): string {
  const { service, action, fields } = change
  const differs =
    fields.length > 0 ? `${fields.join(', ')} differ${fields.length > 1 ? '' : 's'} from what it runs with` : ''
  if (action === 'remove') return `${service}: not in the config any more, and left alone: \`octo apply\` stops it`
  if (action === 'restart')
    return word === 'restart'
      ? `${service}: ${differs}`
      : `${service}: left as it is, ${differs}: \`octo apply\` restarts it`
  if (action === 'update') return `${service}: other ${fields.join(', ')}, without a restart`
  return `${service}: ${WORDS[action]}${fields.length > 0 ? ` with other ${fields.join(', ')}` : ''}`
}
