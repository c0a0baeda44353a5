// Logs are put aside while their services write them: every line is read once and in order, whatever happens in between.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { keptBytes, keptPath, liveOf, piecePath, readKept } from '../../../operator/logs/kept-log.ts'
import { KEPT_LOGS, noteTime, openLog, timesPath } from '../../../operator/logs/log-files.ts'
import { readLogs } from '../../../operator/logs/read-logs.ts'
import { rotateLog } from '../../../operator/logs/rotate-log.ts'
import { forgetTimes } from '../../../operator/services/log-upkeep.ts'
import { punchHole } from '../../../system/files/punch-hole.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

const options = { skip: await whyNoHole() }
const LARGE = 64 * 1024

/** It takes a tool that most systems have, and a file system that can. */
async function whyNoHole(): Promise<string | false> {
  const folder = mkdtempSync(join(tmpdir(), 'octo-hole-'))
  const path = join(folder, 'file')
  writeFileSync(path, Buffer.alloc(8192, 'x'))
  try {
    await punchHole(path, 4096)
    return readFileSync(path).includes(0) ? false : 'no space is given back here'
  } catch (error) {
    return `no space can be given back here: ${String(error)}`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const noWarning = (line: string) => assert.fail(line)

function aLog(t: TestContext) {
  const folder = tempFolder(t)
  const path = join(folder, 'web.1.log')
  closeSync(openLog(path, 1))
  let written = 0
  return {
    ...{ folder, path },
    /** So many lines, of which each says its number. */
    write(lines: number): void {
      appendFileSync(
        path,
        Array.from({ length: lines }, () => `line ${++written} ${'.'.repeat(written % 90)}\n`).join(''),
      )
    },
    written: () => written,
    rotate: () => rotateLog(path, noWarning, LARGE),
    read: (since?: number) => read(path, since),
  }
}

async function read(path: string, since?: number): Promise<readonly number[]> {
  const numbers: number[] = []
  await readLogs([{ name: 'web.1', path }], {
    ...(since === undefined ? {} : { since }),
    ...{ follow: false, signal: new AbortController().signal },
    line: (_, text) => void numbers.push(numberOf(text)),
  })
  return numbers
}

const WHOLE = /^line (\d+) \.*$/

function numberOf(line: string): number {
  const [, number] = WHOLE.exec(line) ?? []
  assert.ok(number, `no whole line: ${JSON.stringify(line.slice(0, 200))}`)
  return Number(number)
}

function upTo(last: number, first = 1): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
}

test('what became large is put aside in pieces of whole lines, and its space is given back', options, async (t) => {
  const log = aLog(t)
  assert.equal(await log.rotate(), 'small')
  log.write(3000)
  const { ino, size } = statSync(log.path)
  assert.equal(await log.rotate(), 'rotated')
  const after = statSync(log.path)
  assert.deepEqual([after.ino, after.size], [ino, size], 'it is the file that the service writes')
  assert.ok(after.blocks * 512 < 2 * LARGE, `${after.blocks} blocks`)
  const kept = readKept(log.path)
  assert.equal(kept?.pieces.length, 2)
  for (const { number } of kept?.pieces ?? [])
    for (const line of readFileSync(piecePath(log.path, number), 'utf8').trimEnd().split('\n')) numberOf(line)
  assert.deepEqual(await log.read(), upTo(3000))
  assert.equal(keptBytes(log.path), size)
  assert.equal(await log.rotate(), 'small')
})

test('only so many pieces are kept, and of a flood only the end is copied', options, async (t) => {
  const log = aLog(t)
  for (const lines of [2000, 2000, 30_000, 500]) {
    log.write(lines)
    await log.rotate()
    const names = filesBelow(log.folder).filter((name) => /\.log\.\d+$/.test(name))
    assert.ok(names.length <= KEPT_LOGS)
    const numbers = await log.read()
    assert.deepEqual(numbers, upTo(log.written(), numbers[0]))
  }
  assert.ok(keptBytes(log.path) <= (KEPT_LOGS + 1.5) * LARGE)
})

/** Line by line, until there is enough. */
const WRITER = `const fs = require('fs')
for (let at = 1; at % 50 > 0 || !fs.existsSync('enough'); at++)
  fs.writeSync(1, 'line ' + at + ' ' + '.'.repeat(at % 90) + '\\n')`

test('a program that writes on at full speed loses no line, and who follows sees each once', options, async (t) => {
  const { path, folder } = aLog(t)
  const file = openLog(path, 1)
  const child = spawn(process.execPath, ['-e', WRITER], { stdio: ['ignore', file, 'inherit'], cwd: folder })
  closeSync(file)
  const seen: number[] = []
  let cut: string | undefined
  const stopping = new AbortController()
  const reading = readLogs([{ name: 'web.1', path }], {
    ...{ follow: true, signal: stopping.signal },
    line(_, text) {
      assert.equal(cut, undefined, 'a line is cut only where what follows was given up')
      if (WHOLE.test(text)) seen.push(numberOf(text))
      else cut = text
    },
    gap(_, bytes) {
      assert.ok(bytes > 0)
      cut = undefined
    },
  })
  const ended = once(child, 'exit')
  for (let rotations = 0; rotations < 12; ) if ((await rotateLog(path, noWarning, LARGE)) === 'rotated') rotations++
  writeFileSync(join(folder, 'enough'), '')
  await ended
  const kept = await read(path)
  await until(() => seen.at(-1) === kept.at(-1))
  stopping.abort()
  await reading
  assert.equal(cut, undefined)
  assert.ok(
    seen.every((number, at) => at === 0 || number > (seen[at - 1] as number)),
    'none twice',
  )
  assert.deepEqual(kept, upTo(kept.at(-1) as number, kept[0]), 'what is kept has no hole')
})

type Moment = (log: ReturnType<typeof aLog>, before: string | undefined) => void

const KILLED: readonly (readonly [when: string, undo: Moment])[] = [
  [
    'while a part was copied',
    ({ path }, before) => {
      restore(path, before)
      truncateSync(piecePath(path, (readKept(path)?.pieces.at(-1)?.number ?? 0) + 1), 100)
    },
  ],
  ['when all was copied, and nothing said so', ({ path }, before) => restore(path, before)],
]

/** As if what follows had not been written: the space was not given back either then. */
function restore(path: string, before: string | undefined): void {
  if (before !== undefined) writeFileSync(keptPath(path), before)
  else writeFileSync(keptPath(path), '')
}

for (const [when, undo] of KILLED)
  test(`a supervisor that is killed ${when} loses nothing and doubles nothing`, options, async (t) => {
    const log = aLog(t)
    log.write(1500)
    await log.rotate()
    const before = readFileSync(keptPath(log.path), 'utf8')
    log.write(1200)
    const bytes = readFileSync(log.path)
    const inode = statSync(log.path).ino
    await log.rotate()
    writeFileSync(log.path, bytes, { flag: 'r+' })
    assert.equal(statSync(log.path).ino, inode)
    undo(log, before)
    assert.deepEqual(await log.read(), upTo(log.written()))
    await log.rotate()
    assert.deepEqual(await log.read(), upTo(log.written()))
  })

test('a part that is put aside between two looks of a reader is read from its piece', options, async (t) => {
  const log = aLog(t)
  log.write(6000)
  const bytes = readFileSync(log.path)
  const cut = bytes.lastIndexOf(0x0a, 200_000) + 1
  const putAside = () => {
    writeFileSync(piecePath(log.path, 1), bytes.subarray(0, cut))
    const { ino: inode } = statSync(log.path)
    const pieces = [{ number: 1, from: 0, to: cut, at: 0 }]
    writeFileSync(keptPath(log.path), JSON.stringify({ v: 1, inode, base: 0, from: cut, pieces }))
    execFileSync('fallocate', ['--punch-hole', '--offset', '0', '--length', String(cut - (cut % 4096)), log.path])
  }
  const numbers: number[] = []
  await readLogs([{ name: 'web.1', path: log.path }], {
    ...{ follow: false, signal: new AbortController().signal },
    line(_, text) {
      if (numbers.push(numberOf(text)) === 1) putAside()
    },
    gap: (_, lost) => assert.equal(lost, 0),
  })
  assert.deepEqual(numbers, upTo(6000))
})

test('a start puts what is left aside as it is, and the stream goes on', options, async (t) => {
  const random = seededRandom()
  const log = aLog(t)
  for (let round = 0; round < 12; round++) {
    log.write(random.below(1500))
    if (random.chance(0.6)) await log.rotate()
    else closeSync(openLog(log.path, 1))
    const numbers = await log.read()
    assert.deepEqual(numbers, upTo(log.written(), numbers[0] ?? log.written() + 1))
  }
})

test('a log that somebody empties goes on from its beginning', options, async (t) => {
  const log = aLog(t)
  log.write(2000)
  await log.rotate()
  truncateSync(log.path, 0)
  const first = log.written() + 1
  log.write(10)
  assert.deepEqual((await log.read()).slice(-10), upTo(log.written(), first))
  await log.rotate()
  log.write(4000)
  await log.rotate()
  assert.deepEqual((await log.read()).slice(-4010), upTo(log.written(), first))
})

test('what is shown since a moment begins in a piece as well', options, async (t) => {
  const log = aLog(t)
  for (const time of [1000, 2000, 3000]) {
    noteTime(log.path, time)
    log.write(1500)
    await log.rotate()
  }
  assert.ok((readKept(log.path)?.pieces.length ?? 0) > 1)
  assert.deepEqual(await log.read(2500), upTo(4500, 1501))
  assert.deepEqual(await log.read(500), upTo(4500))
})

test('a clock that is set back or forward hides nothing that was written since', options, async (t) => {
  const log = aLog(t)
  const future = Date.now() + 86_400_000
  for (const time of [1000, 2000, 500, future, 900, 3000]) {
    noteTime(log.path, time)
    log.write(10)
  }
  // From 2000 to 500 and on, nobody can say what is older than 1500.
  assert.deepEqual(await log.read(1500), upTo(60, 1))
  assert.deepEqual(await log.read(2500), upTo(60, 41))
  assert.deepEqual(await log.read(3500), upTo(60, 51))
})

test('notes of the time go with what they are about, and never grow without an end', (t) => {
  const log = aLog(t)
  const notes = upTo(20_000).map((at) => `${at} ${at}\n`)
  writeFileSync(timesPath(log.path), notes.join(''))
  for (let round = 0; round < 3; round++) forgetTimes(log.path)
  const { size } = statSync(timesPath(log.path))
  assert.ok(size < 128 * 1024, `${size}`)
  assert.match(readFileSync(timesPath(log.path), 'utf8'), /^(\d+ \d+\n)+$/)
  writeFileSync(
    keptPath(log.path),
    JSON.stringify({
      ...{ v: 1, inode: liveOf(log.path)?.inode, base: 0, from: 0 },
      pieces: [{ number: 4, from: 19_000, to: 19_500, at: 0 }],
    }),
  )
  forgetTimes(log.path)
  assert.match(readFileSync(timesPath(log.path), 'utf8'), /^1(8999|9000) /)
})
