// Logs that services write themselves: put aside between two starts without losing a line, and read on while they grow.
import assert from 'node:assert/strict'
import { appendFileSync, closeSync, lstatSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { KEPT_LOGS, LARGE_LOG_BYTES, noteTime, openLog, timesPath } from '../../../operator/logs/log-files.ts'
import { readLogs } from '../../../operator/logs/read-logs.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

async function linesOf(path: string, since?: number, last?: number): Promise<readonly string[]> {
  const lines: string[] = []
  await readLogs([{ name: 'web.1', path }], {
    ...(since === undefined ? {} : { since }),
    ...{ last, follow: false, signal: new AbortController().signal },
    line: (_source, text) => void lines.push(text),
  })
  return lines
}

function append(path: string, text: string, now = 0): void {
  const file = openLog(path, now)
  closeSync(file)
  appendFileSync(path, text)
}

test('a large log is put aside at the next start, and read before the one that follows it', async (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 'web.1.log')
  append(path, 'first\n')
  append(path, 'still first\n')
  assert.deepEqual(filesBelow(folder), ['web.1.log', 'web.1.times'])
  for (const round of ['second', 'third', 'fourth', 'fifth']) {
    // A hole is as large and costs nothing.
    truncateSync(path, LARGE_LOG_BYTES + 1)
    append(path, `${round}\n`)
  }
  assert.deepEqual(filesBelow(folder), [
    ...['web.1.kept', 'web.1.log', 'web.1.log.2', 'web.1.log.3', 'web.1.log.4', 'web.1.times'],
  ])
  assert.equal(KEPT_LOGS, 3)
  const lines = (await linesOf(path)).filter((line) => !line.includes('\0'))
  assert.deepEqual(lines, ['second', 'third', 'fourth', 'fifth'])
  assert.equal(lstatSync(path).mode & 0o777, 0o600)
})

test('of what is there only the last lines are shown, whole and from pieces too, and all that comes later', async (t) => {
  const [folder, stop] = [tempFolder(t), new AbortController()]
  const [path, other] = [join(folder, 'web.1.log'), join(folder, 'db.1.log')]
  append(path, Array.from({ length: 5000 }, (_, at) => `${at}\n`).join(''))
  append(other, 'only\nhalf')
  const last = (count: number) => linesOf(path, undefined, count)
  assert.deepEqual([await last(2), await last(0)], [['4998', '4999'], []])
  assert.deepEqual([(await last(4000)).length, (await last(9000)).length], [4000, 5000])
  assert.deepEqual(await linesOf(other, undefined, 1), ['half'])
  const seen: string[] = []
  const reading = readLogs([{ name: 'web.1', path }], {
    ...{ last: 1, follow: true, signal: stop.signal },
    line: (_source, text) => void seen.push(text),
  })
  append(path, 'a\nb\nc\n')
  await until(() => seen.includes('c'))
  stop.abort()
  await reading
  assert.deepEqual(seen, ['4999', 'a', 'b', 'c'])
})

test('what is shown since a moment begins where the log was then', async (t) => {
  const path = join(tempFolder(t), 'web.1.log')
  append(path, 'old\n', 1000)
  noteTime(path, 2000)
  appendFileSync(path, 'newer\n')
  noteTime(path, 3000)
  appendFileSync(path, 'newest')
  assert.deepEqual(await linesOf(path, 500), ['old', 'newer', 'newest'])
  assert.deepEqual(await linesOf(path, 2500), ['newer', 'newest'])
  assert.deepEqual(await linesOf(path, 9000), ['newest'])
  writeFileSync(timesPath(path), 'nonsense\n1 2 3\n\n')
  assert.deepEqual((await linesOf(path, 9000)).at(-1), 'newest')
})

test('a look at a log ends, also when more is written than is read', async (t) => {
  const path = join(tempFolder(t), 'web.1.log')
  writeFileSync(path, 'a\n'.repeat(10))
  let told = 0
  const line = () => {
    // Whoever writes without end would keep a look without end for ever.
    if (told++ < 10_000) appendFileSync(path, 'more\n'.repeat(2))
  }
  await readLogs([{ name: 'web.1', path }], { follow: false, signal: new AbortController().signal, line })
  assert.equal(told, 10)
})

test('a log is followed over being put aside, every line once, whole and in order', async (t) => {
  const path = join(tempFolder(t), 'web.1.log')
  append(path, 'a\nb')
  const seen: string[] = []
  const stopping = new AbortController()
  const reading = readLogs([{ name: 'web.1', path }], {
    follow: true,
    signal: stopping.signal,
    line: (_, text) => void seen.push(text),
  })
  await until(() => seen.length === 1)
  appendFileSync(path, 'c\nd\n')
  await until(() => seen.length === 3)
  appendFileSync(path, 'e\n')
  const before = lstatSync(path).ino
  truncateSync(path, LARGE_LOG_BYTES + 1)
  appendFileSync(path, '\n')
  closeSync(openLog(path, 0))
  appendFileSync(path, 'f\n')
  assert.notEqual(lstatSync(path).ino, before)
  await until(() => seen.includes('f'))
  stopping.abort()
  await reading
  assert.deepEqual(
    seen.filter((line) => line.length < 10 && !line.includes('\0')),
    ['a', 'bc', 'd', 'e', 'f'],
  )
})

test('a log is never written through a link', (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'other'), 'mine\n')
  symlinkSync(join(folder, 'other'), join(folder, 'web.1.log'))
  assert.throws(() => openLog(join(folder, 'web.1.log'), 0), { code: 'ELOOP' })
  assert.equal(readFileSync(join(folder, 'other'), 'utf8'), 'mine\n')
})
