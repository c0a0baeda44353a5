// Which process supervises a project, and where it listens, as it noted beside the journal.
import { readIfWhole } from '../../../system/files/atomic-file.ts'
import type { ProcessIdentity } from '../../../system/process/identity.ts'
import { isAlive } from '../../../system/process/identity.ts'
import type { Places } from './places.ts'

type Control = { readonly v: 1; readonly socket: string; readonly process: ProcessIdentity }

/** Whoever supervises now; undefined when nobody does. */
export function supervisorOf(places: Pick<Places, 'control'>): ProcessIdentity | undefined {
  const control = readControl(places)
  return control && isAlive(control.process) ? control.process : undefined
}

/** What lies there may be half of another octo's, or of no use. */
export function readControl({ control }: Pick<Places, 'control'>): Control | undefined {
  try {
    const found = JSON.parse(readIfWhole(control) ?? '') as Partial<Control> | null
    return typeof found?.socket === 'string' && found.process ? (found as Control) : undefined
  } catch {
    return undefined
  }
}
