// The soft limit of open files that octo was called with, for the programs that it starts; its own stays as it is.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { cLibrary } from '../../../system/process/c-library.ts'
import { launch } from '../../../system/process/launch.ts'
import { launchApartBy } from '../../../system/process/launch-apart.ts'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'

const skip = cLibrary() ? false : 'without node:ffi nobody can set a limit'
const what = { file: '/bin/sh', argv: ['-c', 'ulimit -Sn; ulimit -Hn'], env: {}, cwd: '/' }
const words = (_: unknown, { cause }: { cause: Error }) => cause

/** Each way in which octo starts programs, and what the program says. */
const WAYS: Readonly<Record<string, (error?: number) => Promise<string>>> = {
  'Node starts': async (error) => {
    const child = await launch(what, { stdio: ['ignore', 'pipe', error ?? 'ignore'], ownGroup: false, words })
    return await text(child.stdout ?? assert.fail())
  },
  'the C library starts': async (error) => {
    const { stdout } = await launchApartBy(cLibrary(), what, { stdio: ['ignore', 'pipe', error ?? 'ignore'], words })
    return await text(stdout ?? assert.fail())
  },
}

function ownLimits(): string {
  return (
    readFileSync('/proc/self/limits', 'latin1')
      .match(/^Max open files +(\d+) +(\d+)/m)
      ?.slice(1)
      .join('\n') ?? ''
  )
}

/** What the program says when the launcher was called with this limit. */
async function saidWith(
  limit: string | undefined,
  start: (error?: number) => Promise<string>,
  error?: number,
): Promise<string> {
  const { OCTO_OPEN_FILES: before } = process.env
  const set = (value: string | undefined) => {
    if (value === undefined) delete process.env.OCTO_OPEN_FILES
    else process.env.OCTO_OPEN_FILES = value
  }
  set(limit)
  try {
    return await start(error)
  } finally {
    set(before)
  }
}

const NO_LOWER = [undefined, '', 'unknown', 'unlimited', '0', '-1', '1e3', '7 ', '9'.repeat(18), '9'.repeat(30)]

for (const [way, start] of Object.entries(WAYS)) {
  test(`a program that ${way} has the limit that the launcher was called with`, { skip }, async () => {
    const own = ownLimits()
    assert.equal(await saidWith('700', start), `700\n${own.split('\n')[1]}\n`)
    assert.equal(ownLimits(), own)
  })

  test(`a program that ${way} has octo’s own limit where nobody says a lower one`, { skip }, async () => {
    for (const limit of NO_LOWER) assert.equal(await saidWith(limit, start), `${ownLimits()}\n`, `${limit}`)
  })

  test(`nothing of octo’s meets the limit while ${way} a program`, { skip }, async (t) => {
    assert.match(await saidWith('200', start), /^200\n/)
    const open = Array.from({ length: 200 }, () => openSync('/dev/null', 'r'))
    const last = open.pop() ?? assert.fail()
    t.after(() => closeSync(last))
    assert.equal(await saidWith('200', start), `${ownLimits()}\n`)
    for (const file of open) closeSync(file)
    assert.match(await saidWith('200', start, last), /^200\n/, 'given a descriptor above it')
  })
}

const AT_ITS_LIMIT = `
import { openSync } from 'node:fs'
import { withOpenFilesOfCaller } from '${new URL('../../../system/process/callers-open-files.ts', import.meta.url).href}'
withOpenFilesOfCaller(() => undefined)
try { for (;;) openSync('/dev/null', 'r') } catch {}
process.stdout.write(withOpenFilesOfCaller(() => 'tried'))
`

test('a start is tried by a process that can open no file any more, and says itself what is wrong', { skip }, () => {
  const words = ['-c', 'ulimit -n 200 && exec "$@"', 'sh', process.execPath, ...FROM_SOURCES, '--input-type=module']
  const { stdout, stderr } = spawnSync('/bin/sh', [...words, '--eval', AT_ITS_LIMIT], {
    encoding: 'utf8',
    env: { ...process.env, OCTO_OPEN_FILES: '190' },
  })
  assert.equal(stdout, 'tried', stderr)
})
