// What services wait for, in which order they come, and how the results of checks add up.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lookAtOrder, orderOf, withDependencies } from '../../../../config/model/service-order.ts'
import type { Condition, Dependency } from '../../../../config/model/service-spec.ts'
import { afterResult, healthOf, isUnsure, NOT_CHECKED } from '../../../../operator/services/health/health.ts'
import { answerOf, answerOfAll } from '../../../../operator/services/life/conditions.ts'
import type { Instance, State } from '../../../../operator/services/life/lifecycle.ts'
import { NEW_INSTANCE, STATES } from '../../../../operator/services/life/lifecycle.ts'
import type { CheckStatus } from '../../../../schemas/check-result.ts'
import { expectCode } from '../../../support/assertions/expect-code.ts'

function an(state: State, more: Partial<Instance> = {}): Instance {
  return { ...NEW_INSTANCE, isWanted: true, ...more, state }
}

function on(condition: Condition): Dependency {
  return { service: 'db', condition, isOptional: false }
}

const late = (reason: string) => ({ state: 'pending', reason }) as const

const ANSWERS: Readonly<Record<State, readonly [started: string, healthy: string, completed: string]>> = {
  stopped: ['pending', 'pending', 'pending'],
  waiting: ['pending', 'pending', 'pending'],
  preparing: ['pending', 'pending', 'pending'],
  starting: ['pending', 'pending', 'pending'],
  running: ['met', 'pending', 'pending'],
  ending: ['pending', 'pending', 'pending'],
  pausing: ['pending', 'pending', 'pending'],
  completed: ['met', 'never', 'met'],
  failed: ['never', 'never', 'never'],
  'gave-up': ['never', 'never', 'never'],
}

test('every state answers each of the three conditions', () => {
  for (const state of STATES)
    assert.deepEqual(
      (['started', 'healthy', 'completed'] as const).map((condition) => answerOf(on(condition), [an(state)]).state),
      ANSWERS[state],
      state,
    )
  assert.equal(answerOf(on('healthy'), [an('running', { health: 'healthy' })]).state, 'met')
  assert.equal(answerOf(on('healthy'), [an('running', { health: 'unhealthy' })]).state, 'pending')
  assert.deepEqual(answerOf(on('started'), [an('stopped', { isWanted: false })]), {
    state: 'never',
    reason: '`db` was stopped',
  })
})

test('of several replicas all must be there, and one that cannot come decides', () => {
  assert.equal(answerOf(on('started'), [an('running'), an('waiting')]).state, 'pending')
  assert.equal(answerOf(on('started'), [an('running'), an('running')]).state, 'met')
  assert.deepEqual(answerOf(on('started'), [an('running'), an('failed', { reason: 'exited with 1' })]), {
    state: 'never',
    reason: '`db` failed: exited with 1',
  })
  assert.equal(answerOf(on('started'), []).state, 'never')
  assert.equal(answerOfAll([{ state: 'met' }, late('a')]).state, 'pending')
  assert.equal(answerOfAll([late('a'), { state: 'never', reason: 'x' }]).state, 'never')
  assert.equal(answerOfAll([]).state, 'met')
})

test('who waits is told of all that are not there yet, and how each of them is', () => {
  assert.deepEqual(answerOfAll([late('`a` is late'), { state: 'met' }, late('`b` is late')]), {
    state: 'pending',
    reason: '`a` is late, `b` is late',
  })
  const told = (condition: Condition, ...all: readonly Instance[]) => answerOf(on(condition), all)
  for (const [answer, reason] of [
    [told('started', an('pausing')), '`db` has not started yet (pausing)'],
    [told('healthy', an('running', { health: 'unhealthy' })), '`db` is not healthy yet (running, unhealthy)'],
    [told('completed', an('completed'), an('running')), '`db` has not ended yet (running without checks)'],
  ] as const)
    assert.deepEqual(answer, { state: 'pending', reason })
})

function graph(
  edges: Readonly<Record<string, readonly Partial<Dependency>[]>>,
  more: Readonly<Record<string, object>> = {},
) {
  return Object.entries(edges).map(([name, dependsOn]) => ({
    ...{ name, hasHealth: false },
    spec: {
      restart: { policy: 'no' } as const,
      dependsOn: dependsOn.map((edge) => ({
        service: 'db',
        condition: 'started' as const,
        isOptional: false,
        ...edge,
      })),
    },
    ...more[name],
  }))
}

test('a wait that could not end is refused before anything starts', () => {
  const always = { db: { spec: { dependsOn: [], restart: { policy: 'always' } } } }
  const rows = [
    [graph({ web: [{ service: 'dB' }], db: [] }), /`web` waits for `dB`, which this config has not/],
    [graph({ a: [{ service: 'b' }], b: [{ service: 'c' }], c: [{ service: 'a' }] }), /`a` → `b` → `c` → `a`/],
    [graph({ a: [{ service: 'a' }] }), /`a` → `a`/],
    [graph({ web: [{ condition: 'healthy' }], db: [] }), /`db` is healthy, which has no health checks/],
    [graph({ web: [{ condition: 'completed' }], db: [] }, always), /has completed, which is always restarted/],
  ] as const
  for (const [services, message] of rows)
    assert.match(expectCode('CONFIG_INVALID', () => orderOf(services, namesOf(services))).message, message)
})

const namesOf = (services: readonly { readonly name: string }[]) => new Set(services.map(({ name }) => name))

test('what a service needs comes with it, and what is not there only where it must be', () => {
  const services = graph({
    ...{ web: [{ service: 'api' }, { service: 'none', isOptional: true }], api: [{ service: 'image' }] },
    ...{ db: [], other: [{ service: 'db' }] },
  })
  const order = orderOf(services, new Set(['image', ...namesOf(services)]))
  assert.deepEqual([...withDependencies(['web'], order)], ['web', 'api', 'image'])
  assert.deepEqual([...withDependencies(['other', 'db'], order)], ['other', 'db'])
})

test('many ways to one service are gone once, and a circle comes to an end', () => {
  // Of a ladder of 64 steps there are more ways than can be counted.
  const steps = Array.from({ length: 64 }, (_, at) => at)
  const services = graph(
    Object.fromEntries(
      steps.flatMap((at) => {
        const next = at === 63 ? [] : [{ service: `a${at + 1}` }, { service: `b${at + 1}` }]
        return ['a', 'b'].map((side) => [`${side}${at}`, next])
      }),
    ),
  )
  const order = orderOf(services, namesOf(services))
  assert.equal(withDependencies(['a0'], order).size, 127)
  const circle = graph({ a: [{ service: 'b' }], b: [{ service: 'a' }] })
  const { order: round } = lookAtOrder(circle, namesOf(circle))
  assert.deepEqual([...withDependencies(['a'], round)], ['a', 'b'])
})

const [o, w, c, u] = ['ok', 'warn', 'critical', 'unknown'] as const

const HEALTH: readonly (readonly [
  what: string,
  results: readonly CheckStatus[],
  inStartPeriod: number,
  state: string,
])[] = [
  ['passes add up', [o], 0, 'starting'],
  ['enough passes', [o, o], 0, 'healthy'],
  ['a warning passes', [w, o], 0, 'healthy'],
  ['a failure between', [o, c, o], 0, 'starting'],
  ['enough failures', [c, c, c], 0, 'unhealthy'],
  ['failures in the start period', [c, c, c, c], 4, 'starting'],
  ['failures after it', [c, c, c, c, c], 2, 'unhealthy'],
  ['passes in the start period', [o, o], 9, 'healthy'],
  ['failures after a pass end the start period', [o, o, c, c, c], 9, 'unhealthy'],
  ['unknown harms nothing that was decided', [o, o, u, u, u, u, u], 0, 'healthy'],
  ['unknown heals nothing', [c, c, c, u, u], 0, 'unhealthy'],
  ['never anything but unknown', [u, u, u], 0, 'unhealthy'],
  ['a hole in a row of passes', [o, u, o], 0, 'starting'],
  ['it recovers', [c, c, c, o, o], 0, 'healthy'],
]

test(`results of a check add up to health (${HEALTH.length})`, () => {
  for (const [what, results, inStartPeriod, state] of HEALTH) {
    const thresholds = { successThreshold: 2, failureThreshold: 3 }
    const end = results.reduce(
      (health, status, at) => afterResult(health, status, { ...thresholds, isStartPeriod: at < inStartPeriod }),
      NOT_CHECKED,
    )
    assert.equal(end.state, state, what)
  }
})

test('what was well is unsure when nothing was found out for as long as a failure takes', () => {
  const thresholds = { successThreshold: 1, failureThreshold: 2 }
  const after = (...results: readonly CheckStatus[]) =>
    results.reduce(
      (health, status) => afterResult(health, status, { ...thresholds, isStartPeriod: false }),
      NOT_CHECKED,
    )
  for (const [results, unsure] of [
    [['ok', 'unknown'], false],
    [['ok', 'unknown', 'unknown'], true],
    [['ok', 'unknown', 'critical', 'unknown'], false],
    [['ok', 'unknown', 'unknown', 'warn'], false],
    [['critical', 'unknown', 'unknown'], false],
  ] as const) {
    assert.equal(isUnsure(after(...results), thresholds), unsure, results.join(' '))
    if (unsure) assert.equal(after(...results).state, 'healthy')
  }
})

test('all checks must be well, and one that is not decides', () => {
  const at = (state: 'starting' | 'healthy' | 'unhealthy') => ({ ...NOT_CHECKED, state })
  assert.equal(healthOf([]), 'none')
  assert.equal(healthOf([at('healthy'), at('starting')]), 'starting')
  assert.equal(healthOf([at('starting'), at('unhealthy')]), 'unhealthy')
  assert.equal(healthOf([at('healthy'), at('healthy')]), 'healthy')
})
