// Limits of cgroups, on files that stand as those of the system do: what is written where, and what is believed.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { limitCgroup, limitsOf, oomKillsIn } from '../../../system/process/cgroup-limits.ts'
import { homeCgroup, moveAside } from '../../../system/process/process-cgroup.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

/** `own` is the cgroup of who supervises, beside that of a service, which has these files. */
function someCgroups(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  home: Readonly<Record<string, string>> = {},
) {
  const folder = tempFolder(t)
  const [own, service] = [join(folder, 'octo.supervisor'), join(folder, 'octo.web')]
  for (const path of [own, service]) mkdirSync(path)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(service, name), text)
  for (const [name, text] of Object.entries(home)) writeFileSync(join(folder, name), text)
  return { folder, own, service, text: (name: string) => readFileSync(join(service, name), 'utf8') }
}

const UNLIMITED = { 'memory.max': 'max\n', 'cpu.max': 'max 100000\n', 'pids.max': 'max\n' }
const ALL = { memoryBytes: 536_870_912, cpus: 1.5, processes: 100 }

test('limits are written as the system reads them, and read back', (t) => {
  const { service, own, text } = someCgroups(t, UNLIMITED)
  assert.deepEqual(limitsOf(service), {})
  limitCgroup(service, ALL, own)
  assert.deepEqual(
    ['memory.max', 'cpu.max', 'pids.max'].map((name) => text(name).trim().split('\n')[0]),
    ['536870912', '150000 100000', '100'],
  )
  for (const [name, value] of Object.entries({
    'memory.max': '536870912\n',
    'cpu.max': '150000 100000\n',
    'pids.max': '100\n',
  }))
    writeFileSync(join(service, name), value)
  assert.deepEqual(limitsOf(service), ALL)
})

test('where the machine gives no controller nothing is made, and nothing counts as in force', (t) => {
  const { service, own } = someCgroups(t, {})
  limitCgroup(service, ALL, own)
  assert.equal(existsSync(join(service, 'memory.max')), false)
  assert.deepEqual(limitsOf(service), {})
  assert.deepEqual(limitsOf(join(service, 'gone')), {})
})

const NONSENSE = ['', '\n', 'max', '-1', '1e9', 'x', '0x10', '12 34']
test(`what the system does not say plainly is no limit (${NONSENSE.length})`, (t) => {
  for (const text of NONSENSE)
    assert.equal(limitsOf(someCgroups(t, { 'memory.max': text }).service).memoryBytes, undefined, text)
})

test('only controllers that are wanted, there and not passed on yet are passed on', (t) => {
  const { folder, service, own } = someCgroups(t, UNLIMITED, {
    'cgroup.controllers': 'cpuset cpu memory\n',
    'cgroup.subtree_control': 'cpu\n',
  })
  limitCgroup(service, ALL, own)
  assert.match(readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8'), /^\+memory/)
})

test('whoever shares its cgroup with others, or is in that of a unit, stays where it is', (t) => {
  const { folder, own } = someCgroups(t, {})
  assert.equal(homeCgroup(own), folder)
  assert.equal(homeCgroup(folder), folder)
  assert.equal(moveAside(folder, own), true, 'it is aside already')
  writeFileSync(join(folder, 'cgroup.procs'), `${process.pid}\n1\n`)
  assert.equal(moveAside(folder, folder), false, 'another one is there, too')
  for (const name of ['octo-shop.service', 'session-1.scope']) {
    const unit = join(folder, name)
    mkdirSync(unit)
    writeFileSync(join(unit, 'cgroup.procs'), `${process.pid}\n`)
    // So that nothing but the name of the unit keeps it from there.
    mkdirSync(join(unit, 'octo.supervisor'))
    writeFileSync(join(unit, 'octo.supervisor', 'cgroup.procs'), '')
    assert.equal(moveAside(unit, unit), false, name)
  }
})

test('how many processes the system ended for lack of memory is its own count', (t) => {
  const events = (text: string) => oomKillsIn(someCgroups(t, { 'memory.events': text }).service)
  assert.equal(events('low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n'), 2)
  assert.equal(events('oom_kill 0\n'), 0)
  assert.equal(oomKillsIn(someCgroups(t, {}).service), undefined)
})
