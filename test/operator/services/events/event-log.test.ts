// The events of a project on disk: bounded, whole line by line, and read on while they are written.
import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openHiding } from '../../../../operator/hiding.ts'
import type { NotedEvent } from '../../../../operator/services/events/event-log.ts'
import { olderEvents, openEventLog } from '../../../../operator/services/events/event-log.ts'
import { openNews } from '../../../../operator/services/events/news.ts'
import { readEvents } from '../../../../operator/services/events/read-events.ts'
import { placesOf } from '../../../../operator/services/project/places.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'

const NOW = () => Date.parse('2026-11-26T10:00:00Z')
const MAX_BYTES = 2000
const aPath = (t: TestContext) => join(tempFolder(t), 'events.jsonl')
const started = (at: number) => ({ kind: 'started', service: 'web', message: `start ${at}` }) as const

async function read(path: string): Promise<NotedEvent[]> {
  const found: NotedEvent[] = []
  await readEvents(path, { event: (event) => void found.push(event), signal: new AbortController().signal })
  return found
}

test('an event is one line of JSON with its time, for its user alone', async (t) => {
  const path = aPath(t)
  using log = openEventLog(path, NOW)
  log.write({ kind: 'failed', service: 'web', message: 'one\nline \u001b[31m' })
  assert.deepEqual(await read(path), [
    { v: 1, at: '2026-11-26T10:00:00.000Z', kind: 'failed', service: 'web', message: 'one line \\u{1b}[31m' },
  ])
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('two files of a bounded size hold the last of many, across restarts', async (t) => {
  const path = aPath(t)
  for (let at = 0; at < 300; at++) {
    using log = openEventLog(path, NOW, MAX_BYTES)
    log.write(started(at))
  }
  assert.deepEqual(readdirSync(join(path, '..')).sort(), ['events.1.jsonl', 'events.jsonl'])
  for (const file of [path, olderEvents(path)]) assert.ok(statSync(file).size <= MAX_BYTES)
  const found = (await read(path)).map(({ message }) => message)
  assert.deepEqual(
    found,
    Array.from({ length: found.length }, (_, at) => `start ${300 - found.length + at}`),
    'the last of them, each once and in order',
  )
  assert.ok(statSync(path).size + statSync(olderEvents(path)).size > MAX_BYTES)
})

const CUT = ['{', '{"v":1,"kind":"star', 'nonsense', '\0\0', '{"v":2,"kind":"x"}\n', 'null\n', '[]\n', '{"v":1}\n']

test(`what was cut off, or is of another octo, takes no other event with it (${CUT.length})`, async (t) => {
  for (const cut of CUT) {
    const path = aPath(t)
    {
      using log = openEventLog(path, NOW)
      log.write(started(1))
    }
    appendFileSync(path, cut)
    using log = openEventLog(path, NOW)
    log.write(started(2))
    assert.deepEqual(
      (await read(path)).map(({ message }) => message),
      ['start 1', 'start 2'],
      cut,
    )
  }
})

test('what cannot be written down holds nothing up, is counted, and is said by the next that can', async (t) => {
  const path = aPath(t)
  mkdirSync(path)
  using log = openEventLog(path, NOW)
  log.write(started(1))
  log.write(started(2))
  assert.equal(log.lost(), 2)
  rmdirSync(path)
  log.write(started(3))
  assert.deepEqual(
    (await read(path)).map(({ kind, message }) => [kind, message]),
    [
      ['lost', '2 before this could not be written down'],
      ['started', 'start 3'],
    ],
  )
})

test('a file that somebody takes away costs no more than what was in it, and what found no room', async (t) => {
  const path = aPath(t)
  using log = openEventLog(path, NOW, MAX_BYTES)
  log.write(started(0))
  rmSync(path)
  for (let at = 1; log.lost() === 0; at++) log.write(started(at))
  log.write(started(1000))
  assert.deepEqual(
    (await read(path)).map(({ kind, message }) => [kind, message]),
    [
      ['lost', '1 before this could not be written down'],
      ['started', 'start 1000'],
    ],
  )
})

test('a link in its place is not written through', (t) => {
  const folder = tempFolder(t)
  const [path, other] = [join(folder, 'events.jsonl'), join(folder, 'other')]
  writeFileSync(other, 'mine')
  symlinkSync(other, path)
  using log = openEventLog(path, NOW)
  log.write(started(1))
  assert.deepEqual([log.lost(), readFileSync(other, 'utf8')], [1, 'mine'])
})

test('whoever follows reads on across files, each event once', async (t) => {
  const path = aPath(t)
  using log = openEventLog(path, NOW, MAX_BYTES)
  const abort = new AbortController()
  const found: string[] = []
  let at = 0
  log.write(started(at++))
  await readEvents(path, {
    ...{ signal: abort.signal, follow: true },
    event({ message }) {
      found.push(message)
      // More than one file holds, and never more than two between two looks.
      if (at < 60) log.write(started(at++))
      else abort.abort()
    },
  })
  assert.deepEqual(
    found,
    Array.from({ length: 60 }, (_, number) => `start ${number}`),
  )
})

test('no event holds a secret of a service', async (t) => {
  const path = aPath(t)
  using log = openEventLog(path, NOW)
  const hiding = openHiding()
  hiding.add(['hunter2-of-web'])
  const news = openNews(
    {
      ...{ events: log, known: { services: new Map(), instances: new Map() }, env: {} },
      notifications: { tell: () => undefined, use: () => undefined, retire: () => undefined },
      places: placesOf('/srv/octo.yaml', { HOME: '/nonexistent' }),
    },
    { hiding, isClosed: () => false },
  )
  const leak = 'refused: hunter2-of-web'
  news.note([{ kind: 'secrets-failed', service: 'web', message: leak }])
  const seen = { label: 'web health up', name: 'up', state: 'unhealthy', status: 'critical', summary: leak } as const
  const instance = { state: 'running', generation: 1, isWanted: true, health: 'none', failures: 0, pauseMs: 0 } as const
  news.checked({ id: 'web.1', service: 'web', instance }, [seen])
  assert.deepEqual(
    (await read(path)).map(({ message }) => message),
    ['refused: ***', 'refused: ***'],
  )
})
