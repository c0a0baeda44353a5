// What happens to instances is written down before anything follows, and what others say of themselves only in one clean line.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openInstances } from '../../../../operator/services/journal/instances.ts'
import type { Event, Instance } from '../../../../operator/services/life/lifecycle.ts'

type Written = { readonly id: string; readonly is: Instance }

function someInstances(writeInstance: (id: string, is: Instance) => void) {
  return openInstances({
    journal: { writeInstance },
    ...{ now: () => 0, random: () => 0.5, log: () => undefined, onChange: () => undefined, perform: () => undefined },
    serviceOf: () => ({
      ...{ digest: '', waitsFor: [], replicas: 1, restart: { policy: 'no' } },
      stop: { signal: 'SIGTERM', timeoutMs: 0, target: 'main' },
    }),
    hasHealth: () => false,
  })
}

const REASONS: readonly (readonly [given: string, kept: string])[] = [
  ['exited with 3', 'exited with 3'],
  ['two\nlines\r\n\tof it  ', 'two lines of it'],
  ['\u001b[2Jgone\u0007', '\\u{1b}[2Jgone\\u{7}'],
  ['right\u202eleft', 'right\\u{202e}left'],
  ['x'.repeat(100_000), `${'x'.repeat(500)}…`],
]

test(`a reason is one line without anything that a terminal obeys, in the journal as well (${REASONS.length})`, () => {
  for (const [given, kept] of REASONS) {
    const written: Written[] = []
    const instances = someInstances((id, is) => void written.push({ id, is }))
    const one = instances.add('web.1', 'web')
    instances.tell(one, { kind: 'start' })
    const events: readonly Event[] = [
      { kind: 'ready', generation: 1 },
      { kind: 'unprepared', generation: 1, reason: given },
    ]
    for (const event of events) instances.tell(one, event)
    assert.deepEqual([one.instance.state, one.instance.reason], ['failed', kept])
    assert.equal(written.at(-1)?.is.reason, kept)
  }
})

test('those of a service come in the order in which they were added, each once, until they are forgotten', () => {
  const instances = someInstances(() => undefined)
  for (const id of ['web.1', 'db.1', 'web.2', 'web.1']) instances.add(id, id.slice(0, id.indexOf('.')))
  const idsOf = (service: string) => instances.of(service).map(({ id }) => id)
  assert.deepEqual([idsOf('web'), idsOf('db'), idsOf('none')], [['web.1', 'web.2'], ['db.1'], []])
  const [first] = instances.of('web')
  if (first) instances.forget(first)
  assert.deepEqual([idsOf('web'), instances.all().map(({ id }) => id)], [['web.2'], ['db.1', 'web.2']])
  assert.equal(instances.add('web.1', 'web').instance.state, first?.instance.state)
})
