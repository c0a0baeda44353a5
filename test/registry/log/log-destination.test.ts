import assert from 'node:assert/strict'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLogDestination } from '../../../registry/log/log-destination.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

test('log lines arrive in their order, and those of the last moment too', async (t) => {
  const file = join(tempFolder(t), 'log')
  const fd = openSync(file, 'w')
  t.after(() => closeSync(fd))
  const lines = Array.from({ length: 2000 }, (_, index) => `line ${index} ${'x'.repeat(50)}\n`)
  const destination = openLogDestination(fd)
  for (const line of lines.slice(0, 1000)) destination.write(line)
  await until(() => readFileSync(file, 'utf8') === lines.slice(0, 1000).join(''))
  for (const line of lines.slice(1000)) destination.write(line)
  await until(() => readFileSync(file, 'utf8').length > lines.slice(0, 1500).join('').length)
  destination.write('the end\n')
  destination.flushSync()
  assert.equal(readFileSync(file, 'utf8').endsWith('the end\n'), true)
})

test('a log on a full disk is given up without an error and without waiting', { skip: whyNoFullDevice() }, () => {
  const fd = openSync('/dev/full', 'w')
  const destination = openLogDestination(fd)
  for (let line = 0; line < 100_000; line++) destination.write(`line ${line} ${'x'.repeat(50)}\n`)
  destination.flushSync()
  // What could not be written is not held for another try.
  const before = process.memoryUsage().arrayBuffers
  destination.write('one more\n')
  destination.flushSync()
  assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024)
})

function whyNoFullDevice(): string | false {
  return existsSync('/dev/full') ? false : 'there is no /dev/full here'
}
