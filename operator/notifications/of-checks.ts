// What the outcome of a check of a config tells: a problem as long as it does not pass without a warning.
import type { Phase } from '../../config/model/config.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import type { About, Happening } from './happening.ts'
import { nameOf } from './happening.ts'
import { aboutOf } from './problems.ts'

/** Undefined for what did not run. */
export function happeningOfCheck(outcome: CheckOutcome): Happening | undefined {
  const { service, status, summary } = outcome
  if (status === 'skipped') return undefined
  const check = nameOfCheck(outcome)
  const about = { service, ...(check === '' ? {} : { check }), status, message: summary }
  return { ...about, kind: status === 'ok' ? 'well' : 'failed' }
}

type Named = Pick<CheckOutcome, 'service' | 'phase' | 'plugin' | 'mark'>

/** One that is checked, or was to be. */
export type Asked = Named & { readonly isChecked: boolean }

function nameOfCheck({ phase, plugin, mark }: Named): string {
  return [phase === 'health' ? undefined : phase, plugin, mark].filter((word) => word !== undefined).join(' ')
}

/** Of which services, or of all, and of which phases it was found out which checks there are. */
export type Scope = { readonly services: readonly string[]; readonly phases: readonly Phase[] }

/** What no run will tell of any more: of the checks that were asked about these are `all`, and the config has no other services. */
export function goneAfter(
  all: readonly Asked[],
  { services, phases }: Scope,
  known: ReadonlySet<string>,
): (about: About) => boolean {
  const checked = all.filter(({ isChecked }) => isChecked)
  const names = new Set(checked.map((one) => nameOf(aboutOf({ service: one.service, check: nameOfCheck(one) }))))
  const shown = (some: Iterable<string>) => new Set([...some].map((service) => aboutOf({ service }).service))
  const [asked, there] = [shown(services), shown(known)]
  return (about) => {
    const { service = '', check = '' } = about
    if (!there.has(service)) return true
    const [first = ''] = check.split(' ')
    const phase = first === 'preflight' || first === 'init' ? first : 'health'
    return (asked.size === 0 || asked.has(service)) && phases.includes(phase) && !names.has(nameOf(about))
  }
}
