// The transition function of notifications: state, event and time give the next state and what is to be done.
import type { Facts } from './compose.ts'
import type { Happening } from './happening.ts'
import type { Answered, Rule } from './outlet.ts'
import { advance, answered, dueOf as dueOfOutlet, foundAgain, hurry, take } from './outlet.ts'
import type { Time } from './problems.ts'
import { dueOf as dueOfSubjects, hear, look } from './problems.ts'
import type { News, Outlet, State } from './state.ts'
import { NEW_OUTLET } from './state.ts'

export type Event =
  | { readonly kind: 'happened'; readonly happening: Happening }
  /** Time has passed. */
  | { readonly kind: 'looked' }
  | { readonly kind: 'answered'; readonly outlet: string; readonly id: string; readonly answer: Answered }
  /** Nothing is to be waited for. */
  | { readonly kind: 'hurried' }

export type Effect =
  | {
      readonly kind: 'deliver'
      readonly outlet: string
      readonly notification: NonNullable<Outlet['sending']>['notification']
    }
  | { readonly kind: 'say'; readonly outlet: string; readonly text: string }

type Setting = Facts & { readonly rules: readonly Rule[]; readonly time: Time }

type Step = { readonly state: State; readonly effects: readonly Effect[] }

/** The same state where the event means nothing. */
export function step(state: State, event: Event, setting: Setting): Step {
  const { time, rules } = setting
  if (event.kind === 'answered') {
    const outlet = state.outlets[event.outlet]
    if (outlet?.sending?.notification.id !== event.id) return { state, effects: [] }
    const { outlet: after, say } = answered(outlet, event.answer, time.now)
    const said: Effect[] = say === undefined ? [] : [{ kind: 'say', outlet: event.outlet, text: say }]
    return then(advanceAll(withOutlet(state, event.outlet, after), setting), said)
  }
  if (event.kind === 'hurried') {
    const outlets = Object.entries(state.outlets).map(([name, outlet]) => [name, hurry(outlet, time.now)])
    return advanceAll({ ...state, outlets: Object.fromEntries(outlets) }, setting)
  }
  const heard = event.kind === 'happened' ? hear(state.subjects, event.happening, time) : look(state.subjects, time)
  const subjects = heard.subjects === state.subjects ? state : { ...state, subjects: heard.subjects }
  return advanceAll(
    heard.news.reduce((all, news) => tell(all, news, { rules, now: time.now }), subjects),
    setting,
  )
}

/** When there is something to look at. */
export function dueOf(state: State, rules: readonly Rule[]): number {
  const outlets = rules.map((rule) => dueOfOutlet(state.outlets[rule.name] ?? NEW_OUTLET, rule))
  return Math.min(dueOfSubjects(state.subjects), ...outlets)
}

/** As the next supervisor finds it. */
export function asFound(state: State, now: number): State {
  const outlets = Object.entries(state.outlets).map(([name, outlet]) => [name, foundAgain(outlet, now)])
  return { ...state, outlets: Object.fromEntries(outlets) }
}

function tell(
  state: State,
  news: News,
  { rules, now }: { readonly rules: readonly Rule[]; readonly now: number },
): State {
  return rules.reduce((all, rule) => {
    const before = all.outlets[rule.name] ?? NEW_OUTLET
    const after = take(before, news, { rule, now })
    return after === before ? all : withOutlet(all, rule.name, after)
  }, state)
}

function advanceAll(state: State, setting: Setting): Step {
  return setting.rules.reduce(
    (all: Step, rule) => {
      const before = all.state.outlets[rule.name]
      if (!before) return all
      const id = `${all.state.seed}-${all.state.next}`
      const { outlet, deliver, problem } = advance(before, { ...setting, rule, id })
      if (outlet === before) return all
      const isNew = outlet.sending?.notification.id === id
      const next = withOutlet(all.state, rule.name, outlet)
      return then({ state: isNew ? { ...next, next: next.next + 1 } : next, effects: all.effects }, [
        ...(problem === undefined ? [] : [{ kind: 'say', outlet: rule.name, text: problem } as const]),
        ...(deliver && outlet.sending
          ? [{ kind: 'deliver', outlet: rule.name, notification: outlet.sending.notification } as const]
          : []),
      ])
    },
    { state, effects: [] },
  )
}

function withOutlet(state: State, name: string, outlet: Outlet): State {
  return { ...state, outlets: { ...state.outlets, [name]: outlet } }
}

function then({ state, effects }: Step, more: readonly Effect[]): Step {
  return { state, effects: [...effects, ...more] }
}
