// What the outcome of a check of a config tells: a problem as long as it does not pass without a warning.
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

/** What no run will tell of any more: `all` checks of some services in some phases, and the services that the config has. */
export function goneAfter(all: readonly Asked[], services: ReadonlySet<string>): (about: About) => boolean {
  const checked = all.filter(({ isChecked }) => isChecked)
  const names = new Set(checked.map((one) => nameOf(aboutOf({ service: one.service, check: nameOfCheck(one) }))))
  const asked = new Set(all.map(({ service, phase = 'health' }) => `${phase} ${service}`))
  const known = new Set([...services].map((service) => aboutOf({ service }).service))
  return (about) => {
    const { service = '', check = '' } = about
    if (!known.has(service)) return true
    const [first = ''] = check.split(' ')
    const phase = first === 'preflight' || first === 'init' ? first : 'health'
    return asked.has(`${phase} ${service}`) && !names.has(nameOf(about))
  }
}
