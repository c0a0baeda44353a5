// In which order replicas are started anew for other secrets, where still others come meanwhile.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { One } from '../../../../operator/services/journal/instances.ts'
import type { Instance } from '../../../../operator/services/life/lifecycle.ts'
import { NEW_INSTANCE } from '../../../../operator/services/life/lifecycle.ts'
import { openChangeTeller } from '../../../../operator/services/secrets/tell-change.ts'

function replicas(count: number) {
  const all = Array.from({ length: count }, (_, at): One => {
    return { id: `web.${at + 1}`, service: 'web', instance: { ...NEW_INSTANCE, state: 'running', generation: 1 } }
  })
  const looks = new Set<() => void>()
  const told: string[] = []
  const change = openChangeTeller({
    instances: {
      of: () => all,
      until: (isSo) => new Promise((resolve) => looks.add(() => isSo() && resolve())),
    },
    tell(one) {
      told.push(one.id)
      one.instance = { ...one.instance, state: 'preparing', generation: one.instance.generation + 1 }
    },
    log: () => undefined,
  })
  return {
    ...{ told, change: () => change('web', new Set(['restart'])) },
    async becomes(at: number, more: Partial<Instance>) {
      const one = all[at - 1] as One
      one.instance = { ...one.instance, ...more }
      for (const look of looks) look()
      await turn()
    },
  }
}

test('while one replica is started anew the others run on, whatever else comes', async () => {
  const { told, change, becomes } = replicas(2)
  change()
  await turn()
  assert.deepEqual(told, ['web.1'])
  // It is started with these.
  change()
  await turn()
  assert.deepEqual(told, ['web.1'], 'the other one answers alone')
  await becomes(1, { state: 'running' })
  assert.deepEqual(told, ['web.1', 'web.2'])
  // The first one has begun before these.
  change()
  await becomes(2, { state: 'running' })
  assert.deepEqual(told, ['web.1', 'web.2', 'web.1'])
  await becomes(1, { state: 'running' })
  assert.deepEqual(told, ['web.1', 'web.2', 'web.1'])
})
