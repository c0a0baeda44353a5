// What is kept of notifications is never more than what the next process reads, and what is dropped is the oldest.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fitState } from '../../../operator/notifications/fit-state.ts'
import { openKeeper, readState } from '../../../operator/notifications/keep.ts'
import type { News, State, Subject } from '../../../operator/notifications/state.ts'
import { NEW_OUTLET, newState } from '../../../operator/notifications/state.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const AT = '2026-01-01T00:00:00.000Z'

function subject(service: string, openedAt: number, isWell = false): Subject {
  const about = { service }
  return {
    about,
    openings: [openedAt],
    ...(isWell ? {} : { problem: { kind: 'failed', severity: 'critical', since: AT } }),
  }
}

function news(service: string, message = 'x'.repeat(500)): News {
  return { service, kind: 'failed', severity: 'critical', message, since: AT, at: AT }
}

/** Each `web-N` was opened at N; the last of them are well. */
function stateOf(count: number, wells = 0, nameOf = (at: number) => `web-${at}`): State {
  const names = Array.from({ length: count }, (_, at) => nameOf(at))
  return {
    ...newState('seed'),
    subjects: Object.fromEntries(names.map((name, at) => [`${name}//`, subject(name, at, at >= count - wells)])),
    outlets: {
      mail: {
        ...NEW_OUTLET,
        told: Object.fromEntries(names.map((name) => [`${name}//`, { first: `seed-${name}` }])),
        waiting: { dueAt: 1, count: 70, news: Array.from({ length: 50 }, (_, at) => news(`web-${at}`)) },
      },
    },
  }
}

const bytesOf = (state: State) => Buffer.byteLength(JSON.stringify(state))

/** Names as long as paths: a few thousand of them are more than is kept. */
const longName = (at: number) => `web-${at}-${'x'.repeat(400)}`
const tooMuch = () => stateOf(3000, 0, longName)

test('a state that fits is kept as it is', () => {
  const state = stateOf(10)
  assert.deepEqual(fitState(state, bytesOf(state)), { state, dropped: 0 })
})

test('of the events that wait, the last is kept and all are counted, before anything is dropped', () => {
  const state = stateOf(10)
  const { state: kept, dropped } = fitState(state, bytesOf(state) - 1)
  assert.equal(dropped, 0)
  assert.deepEqual(kept.subjects, state.subjects)
  assert.deepEqual(kept.outlets.mail?.waiting, { dueAt: 1, count: 70, news: [news('web-49')] })
})

test('what has been well longest goes first, then what has been wrong longest, with who was told of it', () => {
  const state = stateOf(100, 40)
  const maxBytes = 8000
  const { state: kept, dropped } = fitState(state, maxBytes)
  assert.ok(bytesOf(kept) <= maxBytes)
  assert.ok(dropped > 40 && dropped < 100, String(dropped))
  const left = Object.keys(kept.subjects)
  assert.deepEqual(left, Object.keys(state.subjects).slice(dropped - 40, 60))
  assert.deepEqual(Object.keys(kept.outlets.mail?.told ?? {}), left)
})

test('more than is read again is not written: the next process goes on with what is left, and somebody is told once', async (t) => {
  const path = join(tempFolder(t), 'notifications.json')
  const problems: string[] = []
  const keeper = openKeeper(path, (problem) => problems.push(problem))
  const state = tooMuch()
  assert.ok(bytesOf(state) > 4 * 1024 * 1024)
  for (const _again of [1, 2]) await keeper.keep(state)
  assert.ok(statSync(path).size <= 4 * 1024 * 1024)
  const { state: found, problem } = readState(path)
  assert.equal(problem, undefined)
  assert.deepEqual(found, JSON.parse(readFileSync(path, 'utf8')))
  assert.ok(found.subjects[`${longName(2999)}//`])
  assert.equal(found.subjects[`${longName(0)}//`], undefined)
  assert.match(problems.join('\n'), /^the oldest \d+ of what is watched are not kept: more than 4194304 bytes$/)
})

test('a file that cannot be written is told of also where something was left out before, and the other way round', async (t) => {
  const folder = join(tempFolder(t), 'state')
  const problems: string[] = []
  const keeper = openKeeper(join(folder, 'notifications.json'), (problem) => problems.push(problem.slice(0, 10)))
  const state = tooMuch()
  mkdirSync(folder)
  await keeper.keep(state)
  rmSync(folder, { recursive: true })
  for (const _again of [1, 2]) await keeper.keep(state)
  mkdirSync(folder)
  await keeper.keep(state)
  assert.deepEqual(problems, ['the oldest', 'what is to', 'the oldest'])
})
