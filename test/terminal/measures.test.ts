import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, formatAge, formatBytes, formatDuration } from '../../terminal/index.ts'

test('sizes have at most one digit after the point and the unit that fits', () => {
  const shown = [0, 999, 1023, 1024, 1536, 10_240, 1_048_575, 1_048_576, 16 * 1024 ** 2, 3.25 * 1024 ** 3].map(
    formatBytes,
  )
  assert.deepEqual(shown, [
    '0 B',
    '999 B',
    '1023 B',
    '1 KiB',
    '1.5 KiB',
    '10 KiB',
    '1 MiB',
    '1 MiB',
    '16 MiB',
    '3.3 GiB',
  ])
})

test('durations change their unit where a person would', () => {
  const shown = [0.4, 12, 999, 1000, 1440, 59_900, 60_000, 125_000].map(formatDuration)
  assert.deepEqual(shown, ['0 ms', '12 ms', '999 ms', '1 s', '1.4 s', '59.9 s', '1 min', '2 min 5 s'])
})

test('an age has one unit, and never more than six cells', () => {
  const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
  const ages = [-day, -1, 0, 999, 59_999, minute, hour - 1, hour, day - 1, day, 9999 * day].map(formatAge)
  assert.deepEqual(ages, ['0 s', '0 s', '0 s', '0 s', '59 s', '1 min', '59 min', '1 h', '23 h', '1 d', '9999 d'])
})

test('a count speaks of one thing or of several', () => {
  assert.deepEqual(
    [count(1, 'plugin'), count(0, 'plugin'), count(2, 'entry', 'entries')],
    ['1 plugin', '0 plugins', '2 entries'],
  )
})
