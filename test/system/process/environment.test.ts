// What a process carries in its environment is found in the moment of an `exec`, too, by whoever has patience.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { environmentOf, isChanging, Patience, patiently } from '../../../system/process/environment.ts'
import type { ProcessStat } from '../../../system/process/identity.ts'
import { environmentState, statOf } from '../../../system/process/identity.ts'
import { rounds } from '../../support/machine/full-form.ts'
import { until } from '../../support/machine/until.ts'

const onLinux = { skip: process.platform !== 'linux' && 'environments are read from /proc, which Linux has' }
const ROUNDS = rounds({ short: 300, full: 1000 })
const MIDSTS = rounds({ short: 150, full: 500 })

/** Becomes itself again and again, as long as it is. */
const CHANGES = 'exec /bin/sh -c "$0" "$0"'

async function started(t: TestContext, words: readonly string[], env: Readonly<Record<string, string>>) {
  const [file = '', ...argv] = words
  const child = spawn(file, argv, { env: env as NodeJS.ProcessEnv, stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child.pid as number
}

function lookAt(pid: number) {
  const environment = environmentOf(pid)
  const stat = statOf(pid)
  return { environment, changing: stat && isChanging(stat, environment) ? [stat] : [] }
}

function madeUp(pid: number): ProcessStat {
  return { pid, state: 'R', parent: 1, group: pid, session: pid, start: '1' }
}

/** A second goes by between two of its answers, as on a machine that had no time for this process. */
function hurryClock(t: TestContext): void {
  let at = performance.now()
  performance.now = () => (at += 1000)
  // It stands in the prototype.
  t.after(() => Reflect.deleteProperty(performance, 'now'))
}

test('a process that becomes another program all the time is known whenever somebody asks', onLinux, async (t) => {
  const pid = await started(t, ['/bin/sh', '-c', CHANGES, CHANGES], { OWN: 'value' })
  for (let round = 0; round < ROUNDS; round++) {
    const { environment } = patiently(() => lookAt(pid))
    assert.match(environment?.toString() ?? '', /(^|\0)OWN=value\0/, `round ${round}`)
  }
})

test('patience is not over where all its time went by between two looks', (t) => {
  hurryClock(t)
  assert.equal(new Patience().isFor([madeUp(2 ** 30)]), true)
})

test('a process whose environment is empty for good, and one of the kernel, are not waited for', onLinux, async (t) => {
  const pid = await started(t, ['/bin/sleep', '600'], {})
  await until(() => environmentState(pid) === 'empty')
  const ofKernel = readdirSync('/proc')
    .map(Number)
    .find((one) => one > 0 && environmentState(one) === 'kernel')
  for (const one of [pid, ...(ofKernel === undefined ? [] : [ofKernel])]) assert.deepEqual(lookAt(one).changing, [])
  assert.equal(environmentOf(pid)?.length, 0)
})

test(
  'whoever showed no environment in the midst of an exec is looked at again, also when that is over',
  onLinux,
  async (t) => {
    const pid = await started(t, ['/bin/sh', '-c', CHANGES, CHANGES], { OWN: 'value' })
    for (let seen = 0; seen < MIDSTS; ) {
      const { environment, changing } = lookAt(pid)
      if (environment?.length !== 0) continue
      seen++
      assert.equal(changing.length, 1)
    }
  },
)

test('one that was waited for in vain is not waited for again', (t) => {
  hurryClock(t)
  const held = madeUp(2 ** 30 + 9)
  const looks = () => {
    const question = new Patience()
    let count = 1
    while (question.isFor([held])) count++
    return count
  }
  assert.ok(looks() > 1)
  assert.equal(looks(), 1)
})

test('one that showed its environment meanwhile is waited for again', (t) => {
  hurryClock(t)
  const [silent, ...busy] = [madeUp(2 ** 30), madeUp(2 ** 30 + 1), madeUp(2 ** 30 + 2)] as const
  const question = new Patience()
  for (let look = 0; question.isFor([silent, busy[look % 2] as ProcessStat]); look++);
  assert.equal(new Patience().isFor([silent]), false)
  for (const one of busy) assert.equal(new Patience().isFor([one]), true)
})
