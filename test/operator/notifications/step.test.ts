// Who is told of what, and when, as tables: what happened and the time give messages. No clock, no process.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Happening } from '../../../operator/notifications/happening.ts'
import type { Answered, Rule } from '../../../operator/notifications/outlet.ts'
import { RETRY } from '../../../operator/notifications/outlet.ts'
import { FLAPPING } from '../../../operator/notifications/problems.ts'
import type { State } from '../../../operator/notifications/state.ts'
import { newState, stateShape } from '../../../operator/notifications/state.ts'
import type { Effect, Event } from '../../../operator/notifications/step.ts'
import { asFound, dueOf, step } from '../../../operator/notifications/step.ts'

const RULE: Rule = {
  ...{ name: 'mail', severity: 'warning', groupMs: 0 },
  limit: { count: 1000, perMs: 3_600_000 },
}
const MINUTE = 60_000

type Told = Extract<Effect, { kind: 'deliver' }>['notification']
/** A number is time that passes; a text is what a try comes to. */
type Move = Happening | number | 'ok' | 'retry' | 'failed' | Answered

/** What a notifier is given that answers `ok` to everything, but where the moves say otherwise. */
function play(
  moves: readonly Move[],
  { rules = [RULE], isSilent = false }: { rules?: readonly Rule[]; isSilent?: boolean } = {},
) {
  let state: State = newState('s')
  let now = 1_000_000
  const told: Told[] = []
  const said: string[] = []
  const open: { outlet: string; id: string }[] = []
  const take = (event: Event): void => {
    const setting = { rules, project: 'shop', host: 'node-1', time: { now, at: new Date(now).toISOString() } }
    const next = step(state, event, setting)
    state = next.state
    assert.deepEqual(stateShape.parse(JSON.parse(JSON.stringify(state))), state, 'the state comes back as it was kept')
    for (const effect of next.effects)
      if (effect.kind === 'say') said.push(effect.text)
      else {
        told.push(effect.notification)
        open.push({ outlet: effect.outlet, id: effect.notification.id })
      }
    if (!isSilent)
      for (const one of open.splice(0)) take({ kind: 'answered', ...one, answer: { status: 'ok', summary: '' } })
  }
  const pass = (ms: number): void => {
    const end = now + ms
    for (let due = dueOf(state, rules); due <= end; due = dueOf(state, rules)) {
      now = Math.max(now, due)
      take({ kind: 'looked' })
    }
    now = end
  }
  for (const move of moves)
    if (typeof move === 'number') pass(move)
    else if (typeof move === 'string' || 'summary' in move) {
      const answer = typeof move === 'string' ? { status: move, summary: 'the server is away' } : move
      const one = open.shift()
      assert.ok(one, 'a message is on its way')
      take({ kind: 'answered', ...one, answer })
    } else take({ kind: 'happened', happening: move })
  return { told, said, state, now, due: () => dueOf(state, rules) }
}

const web = { service: 'web', instance: 'web.1' }
const crashed: Happening = { ...web, kind: 'crashed', message: 'exited with 1' }
const gaveUp: Happening = { ...web, kind: 'gave-up', message: 'failed 3 times' }
const well: Happening = { ...web, kind: 'well', message: 'is healthy' }
const runs: Happening = { ...web, kind: 'well', message: 'runs again', holdMs: 10_000 }
const started: Happening = { ...web, kind: 'started', message: 'was started' }
const stopped: Happening = { ...web, kind: 'stopped', message: 'was stopped' }
const failed: Happening = { ...web, check: 'check-tcp', kind: 'failed', status: 'critical', message: 'refused' }
const unknown: Happening = { ...failed, status: 'unknown', message: 'no result' }
const passes: Happening = { ...failed, kind: 'well', status: 'ok', message: 'listens' }
const dbCrashed: Happening = { service: 'db', instance: 'db.1', kind: 'crashed', message: 'ended by SIGKILL' }

type Row = readonly [what: string, moves: readonly Move[], kinds: string, rule?: Partial<Rule>]

const ROWS: readonly Row[] = [
  ['a problem is told, and that it is over', [crashed, well], 'crashed resolved'],
  ['nothing is resolved that was no problem', [well, started, passes], ''],
  ['what stays wrong is told once', [crashed, crashed, crashed, failed, failed], 'crashed failed'],
  ['a check and its service are two things', [failed, well, passes], 'failed resolved'],
  ['what gets worse is told again', [unknown, failed, crashed, gaveUp, gaveUp], 'failed failed crashed gave-up'],
  ['what gets better without being well is not', [failed, unknown], 'failed'],
  ['a service without checks is well after a while', [crashed, runs, 9_999], 'crashed'],
  ['and then it is told', [crashed, runs, 10_000], 'crashed resolved'],
  ['unless it crashes before', [crashed, runs, 5000, crashed, 10_000], 'crashed'],
  ['a crash loop is one message', Array.from({ length: 20 }, () => [crashed, started, runs, 900]).flat(), 'crashed'],
  ['a stop ends what was wrong, with its checks', [crashed, failed, stopped, well, passes], 'crashed failed resolved'],
  [
    'a start is told to those who ask',
    [started, stopped],
    'started stopped',
    { events: ['started', 'stopped'], severity: 'info' },
  ],
  ['or who want to hear everything', [started, crashed, well], 'started crashed resolved', { severity: 'info' }],
  ['only these services', [crashed, dbCrashed], 'crashed', { services: ['db'] }],
  ['of others no solution is told either', [crashed, well], '', { services: ['db'] }],
  ['only these kinds', [crashed, well, failed, gaveUp], 'failed gave-up', { events: ['failed', 'gave-up'] }],
  ['only what is severe enough', [unknown, passes, failed, passes], 'failed resolved', { severity: 'critical' }],
  ['what is sent in one go is one message', [crashed, failed, dbCrashed, 5000], 'crashed', { groupMs: 5000 }],
  ['and is resolved when all of it was solved', [crashed, well, 5000], 'resolved', { groupMs: 5000 }],
  ['the worst that stands names it', [failed, crashed, gaveUp, passes, 5000], 'gave-up', { groupMs: 5000 }],
  ['what comes later is another message', [crashed, 5000, well, 5000], 'crashed resolved', { groupMs: 5000 }],
]

for (const [what, moves, kinds, rule = {}] of ROWS)
  test(what, () => {
    const { told } = play(moves, { rules: [{ ...RULE, ...rule }] })
    assert.equal(told.map(({ kind }) => kind).join(' '), kinds)
  })

test('a message about several services has a title', () => {
  const { told } = play([crashed, dbCrashed, 5000], { rules: [{ ...RULE, groupMs: 5000 }] })
  assert.equal(told[0]?.title, '[shop] web crashed, db crashed')
})

test('a solution follows the notification that told first of its problem, and has an id of its own', () => {
  const { told } = play([crashed, gaveUp, well, crashed, well])
  assert.deepEqual(
    told.map(({ id, follows }) => [id, follows]),
    [
      ['s-1', undefined],
      ['s-2', 's-1'],
      ['s-3', 's-1'],
      ['s-4', undefined],
      ['s-5', 's-4'],
    ],
  )
})

test('what goes back and forth is told as that once, and then when it has calmed down', () => {
  const back = [crashed, 1000, well, 1000]
  const { told, due } = play([...Array.from({ length: 10 }, () => back).flat(), FLAPPING.calmMs])
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ['crashed', 'resolved', 'crashed', 'resolved', 'crashed', 'resolved', 'crashed', 'resolved'],
  )
  assert.match(
    told[6]?.message ?? '',
    /for the 4th time in 6 s: the next message is sent when it has stayed one way for 5 min/,
  )
  assert.match(told[7]?.message ?? '', /has stayed so for 5 min/)
  assert.equal(due(), Number.POSITIVE_INFINITY)
})

test('what goes back and forth and stays wrong is told as wrong', () => {
  const back = [crashed, 1000, well, 1000]
  const { told } = play([...Array.from({ length: 6 }, () => back).flat(), crashed, FLAPPING.calmMs])
  assert.deepEqual(
    told.slice(-2).map(({ kind }) => kind),
    ['crashed', 'crashed'],
  )
  const last = play([...Array.from({ length: 6 }, () => back).flat(), gaveUp])
  assert.equal(last.told.at(-1)?.kind, 'gave-up', 'the end is told at once')
})

test('failures that are far apart are no back and forth', () => {
  const apart = [crashed, 1000, well, FLAPPING.withinMs]
  assert.equal(play(Array.from({ length: 8 }, () => apart).flat()).told.length, 16)
})

test('above the limit events wait, and become one message when there is room', () => {
  const rules = [{ ...RULE, limit: { count: 2, perMs: MINUTE } }]
  const many = Array.from({ length: 100 }, (_, at): Happening => ({ service: `s${at}`, kind: 'crashed', message: 'x' }))
  const { told } = play([...many, 2 * MINUTE], { rules })
  assert.deepEqual(
    told.map(({ count }) => count),
    [1, 1, 98],
  )
  assert.match(told[2]?.message ?? '', /^48 earlier events are left out\n/)
})

test('while a message is tried again the others wait, and the same one keeps its id', () => {
  const { told, said, state } = play(
    [crashed, 'retry', failed, dbCrashed, RETRY.firstMs, 'retry', 2 * RETRY.firstMs, 'ok', 'ok'],
    {
      isSilent: true,
    },
  )
  assert.deepEqual(
    told.map(({ id, count }) => [id, count]),
    [
      ['s-1', 1],
      ['s-1', 1],
      ['s-1', 1],
      ['s-2', 2],
    ],
  )
  assert.deepEqual(said, [
    'is tried again in 5 s: the server is away',
    'is tried again in 10 s: the server is away',
    'delivers again, after: the server is away',
  ])
  assert.deepEqual([state.outlets.mail?.delivered, state.outlets.mail?.trouble], [2, undefined])
})

test('a plugin may ask for more time', () => {
  const slow = { status: 'retry', summary: 'limited', retryAfterMs: 20 * MINUTE } as const
  assert.equal(play([crashed, slow, 20 * MINUTE - 1], { isSilent: true }).told.length, 1)
  assert.equal(play([crashed, slow, 20 * MINUTE], { isSilent: true }).told.length, 2)
})

test('after an hour of tries, or one that cannot help, it is given up, counted, and said in the next message', () => {
  let moves: readonly Move[] = [crashed]
  for (let tries = 0; tries < 100 && play([...moves, 'retry'], { isSilent: true }).state.outlets.mail?.sending; tries++)
    moves = [...moves, 'retry', RETRY.longestMs]
  const given = play([...moves, 'retry', failed, 'ok'], { isSilent: true })
  assert.match(given.said.at(-2) ?? '', /^1 event could not be told, after 1[0-9] tries: the server is away$/)
  assert.equal(given.state.outlets.mail?.lost, 1)
  assert.match(given.told.at(-1)?.message ?? '', /\n1 event before could not be told$/)
  const failedAtOnce = play([crashed, 'failed', failed, 'ok', dbCrashed], { isSilent: true })
  assert.deepEqual(
    failedAtOnce.told.map(({ message }) => message.includes('could not be told')),
    [false, true, false],
  )
})

test('an answer to something else, or a second one, changes nothing', () => {
  const { state, now } = play([crashed, 'retry'], { isSilent: true })
  const setting = { rules: [RULE], project: 'shop', host: 'h', time: { now, at: new Date(now).toISOString() } }
  for (const id of ['s-1', 's-2', 'x'])
    assert.equal(
      step(state, { kind: 'answered', outlet: 'mail', id, answer: { status: 'ok', summary: '' } }, setting).state
        .outlets.mail,
      state.outlets.mail,
    )
})

test('in a hurry nothing waits for more, but the limit holds', () => {
  const { state, now } = play([crashed], { rules: [{ ...RULE, groupMs: MINUTE }] })
  const hurried = (rule: Rule) =>
    step(
      state,
      { kind: 'hurried' },
      { rules: [rule], project: 'p', host: 'h', time: { now, at: new Date(now).toISOString() } },
    )
  assert.equal(hurried({ ...RULE, groupMs: MINUTE }).effects.length, 1)
})

test('the next process sends what was on its way under the same id, whatever the clock says by then', () => {
  for (const jump of [-10 * MINUTE, 0, 10 * MINUTE]) {
    const { state, now, told } = play([crashed, failed], { isSilent: true })
    const later = now + jump
    const found = asFound(state, later)
    const setting = { rules: [RULE], project: 'p', host: 'h', time: { now: later, at: new Date(later).toISOString() } }
    const { effects } = step(found, { kind: 'looked' }, setting)
    assert.deepEqual(effects, [{ kind: 'deliver', outlet: 'mail', notification: told[0] }])
  }
})

test('each notifier has its own limit, filter and failures', () => {
  const rules = [RULE, { ...RULE, name: 'pager', severity: 'critical' } as const]
  const { state } = play([unknown, 'retry', crashed, 'failed'], { rules, isSilent: true })
  assert.deepEqual([state.outlets.mail?.sending?.tries, state.outlets.pager?.lost], [1, 1])
})

const WORDS = ['a\nb', '\u001b[31mred', '\u202eevil', 'x'.repeat(10_000), '\ud800', '\0', 'ok']

test('whatever plugins and names say becomes a line that the contract takes', () => {
  for (const word of WORDS) {
    const { told } = play([{ service: word, instance: word, check: word, kind: 'failed', message: word }])
    assert.equal(told[0]?.message.split('\n').length, 1)
    assert.ok((told[0]?.message.length ?? 0) < 5000)
  }
})

test('whatever happens, a problem is told before its solution, and nothing grows without a bound', () => {
  const subjects = ['a', 'b', 'c'].map((service) => ({ service, instance: `${service}.1` }))
  const happening = fc.record({
    about: fc.constantFrom(...subjects),
    kind: fc.constantFrom('crashed', 'failed', 'gave-up', 'well', 'started', 'stopped'),
    holdMs: fc.constantFrom(0, 10_000),
  })
  const move = fc.oneof(happening, fc.integer({ min: 0, max: 10 * MINUTE }))
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
      const { told, state } = play(
        moves.map(
          (one): Move => (typeof one === 'number' ? one : ({ ...one.about, ...one, message: 'm' } as Happening)),
        ),
      )
      for (const { service } of subjects) {
        const kinds = told.filter((one) => one.service === service).map(({ kind }) => kind)
        assert.notEqual(kinds[0], 'resolved')
        assert.equal(kinds.join(' ').includes('resolved resolved'), false)
      }
      assert.ok(Object.keys(state.subjects).length <= subjects.length)
      assert.equal(new Set(told.map(({ id }) => id)).size, told.length)
    }),
    { numRuns: 200 },
  )
})
