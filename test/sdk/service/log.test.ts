// Log lines as hosts in Go read them, whatever a plugin says; and the clock that ends a plugin with nothing to do.
import assert from 'node:assert/strict'
import test from 'node:test'
import { startIdleClock } from '../../../sdk/service/idle-clock.ts'
import { createLog } from '../../../sdk/service/log.ts'

test('every line is one object with a text as `msg` and a level, shorter than hosts read at once', () => {
  const lines: string[] = []
  const log = createLog({ write: (line) => void lines.push(line) }).with({ plugin: 'p' })
  const circle: Record<string, unknown> = {}
  circle.circle = circle
  log.debug('plain', { a: 1 })
  log.info(7 as never, { msg: { not: 'a text' }, level: 3, time: 0 })
  log.warn('line\nend', { big: 12n, error: new Error('why') })
  log.error('circle', { circle })
  log.info('x'.repeat(100_000), { y: 'y'.repeat(100_000) })
  log.info('many', Object.fromEntries(Array.from({ length: 100 }, (_each, at) => [`k${at}`, 'z'.repeat(5000)])))
  const read = lines.map((line) => {
    assert.ok(Buffer.byteLength(line) < 64 * 1024 && !line.includes('\n'))
    return JSON.parse(line)
  })
  for (const { msg, level, time } of read)
    assert.deepEqual(
      [typeof msg, ['DEBUG', 'INFO', 'WARN', 'ERROR'].includes(level), typeof time],
      ['string', true, 'string'],
    )
  assert.deepEqual(
    read.map(({ level }) => level),
    ['DEBUG', 'INFO', 'WARN', 'ERROR', 'INFO', 'INFO'],
  )
  const [plain, own, values] = read
  assert.deepEqual([plain.plugin, plain.a, plain.msg], ['p', 1, 'plain'])
  assert.deepEqual([own.msg_, own.level_, own.time_], [{ not: 'a text' }, 3, 0])
  assert.deepEqual([values.msg, values.big, values.error.split('\n')[0]], ['line\nend', '12', 'Error: why'])
})

test('the idle clock runs while nothing is under way, and starts anew when the last work ends', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let ended = 0
  using clock = startIdleClock(100, () => (ended += 1))
  t.mock.timers.tick(99)
  clock.startWork()
  clock.startWork()
  t.mock.timers.tick(1000)
  clock.stopWork()
  t.mock.timers.tick(1000)
  assert.equal(ended, 0)
  clock.stopWork()
  t.mock.timers.tick(99)
  clock.stopWork()
  assert.equal(ended, 0)
  t.mock.timers.tick(1)
  assert.equal(ended, 1)
})

test('an idle clock that was put away never rings, also when work ends later', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let ended = 0
  const clock = startIdleClock(100, () => (ended += 1))
  clock.startWork()
  clock[Symbol.dispose]()
  clock.stopWork()
  t.mock.timers.tick(1000)
  assert.equal(ended, 0)
})
