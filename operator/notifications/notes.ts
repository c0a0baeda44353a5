// What somebody should know of notifiers: one that does not deliver tells nobody of it but this.
import { printable, quote } from '../../schemas/quote.ts'
import type { NotifierStatus } from './notifications.ts'

export function notifierNotes(notifiers: readonly NotifierStatus[]): readonly string[] {
  return notifiers.flatMap(({ notifier, trouble, waiting, lost }) => {
    if (trouble === undefined) return []
    const counts = [
      ...(waiting > 0 ? [`${waiting} ${waiting === 1 ? 'event waits' : 'events wait'}`] : []),
      ...(lost > 0 ? [`${lost} could not be told`] : []),
    ]
    const said = counts.length > 0 ? ` (${counts.join(', ')})` : ''
    return [`notifier ${quote(notifier)} does not deliver${said}: ${printable(trouble, 300)}`]
  })
}
