// Whether what a service waits for has come, may still come, or cannot come any more. Asked of the states as they are now: a
// signal that came while nobody waited for it would be lost.
import type { Dependency } from '../../../config/model/service-spec.ts'
import type { Instance } from './lifecycle.ts'

type Answer = { readonly state: 'met' } | { readonly state: 'pending' | 'never'; readonly reason: string }

/** All instances of the service that is waited for. */
export function answerOf({ service, condition }: Dependency, instances: readonly Instance[]): Answer {
  if (instances.length === 0) return { state: 'never', reason: `\`${service}\` has no replicas` }
  const answers = instances.map((instance) => ANSWERS[condition](instance))
  const never = answers.find((answer) => typeof answer === 'object')
  if (typeof never === 'object') return { state: 'never', reason: `\`${service}\` ${never.never}` }
  const late = instances[answers.indexOf('pending')]
  if (!late) return { state: 'met' }
  return { state: 'pending', reason: `\`${service}\` ${NOT_YET[condition]} (${stateInWords(late)})` }
}

/** Of several: one that cannot come any more decides, then all that may. */
export function answerOfAll(answers: readonly Answer[]): Answer {
  const never = answers.find(({ state }) => state === 'never')
  if (never) return never
  const late = answers.flatMap((answer) => (answer.state === 'pending' ? [answer.reason] : []))
  return late.length === 0 ? { state: 'met' } : { state: 'pending', reason: late.join(', ') }
}

const NOT_YET: Readonly<Record<Dependency['condition'], string>> = {
  started: 'has not started yet',
  healthy: 'is not healthy yet',
  completed: 'has not ended yet',
}

/** Why it is in that state stands with that service. */
function stateInWords({ state, health }: Instance): string {
  if (state !== 'running') return state
  return health === 'none' ? 'running without checks' : `running, ${health}`
}

type Single = 'met' | 'pending' | { readonly never: string }

const ANSWERS: Readonly<Record<Dependency['condition'], (instance: Instance) => Single>> = {
  started: (instance) =>
    instance.state === 'running' || instance.state === 'completed' ? 'met' : (lost(instance) ?? 'pending'),
  healthy: (instance) => {
    if (instance.state === 'running' && instance.health === 'healthy') return 'met'
    if (instance.state === 'completed') return { never: 'has ended, and will not be healthy' }
    return lost(instance) ?? 'pending'
  },
  completed: (instance) => (instance.state === 'completed' ? 'met' : (lost(instance) ?? 'pending')),
}

function lost({ state, isWanted, reason }: Instance): Single | undefined {
  const because = reason === undefined ? '' : `: ${reason}`
  if (state === 'failed') return { never: `failed${because}` }
  if (state === 'gave-up') return { never: `was given up${because}` }
  return state === 'stopped' && !isWanted ? { never: 'was stopped' } : undefined
}
