// What a config that was read anew means for a service that has failed: for one that is well since, what for one that never did.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VerifiedExecutable } from '../../../client/index.ts'
import type { One } from '../../../operator/services/journal/instances.ts'
import type { KnownService } from '../../../operator/services/journal/journal.ts'
import type { Instance } from '../../../operator/services/life/lifecycle.ts'
import { NEW_INSTANCE } from '../../../operator/services/life/lifecycle.ts'
import type { Loaded } from '../../../operator/services/specs/loaded-services.ts'
import { openLoadedServices } from '../../../operator/services/specs/loaded-services.ts'
import type { RunnableService } from '../../../operator/services/specs/runnable.ts'
import { openTakenConfig } from '../../../operator/services/taken-config.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const NOW = 1_000_000

function loadedAs(digest: string): Loaded {
  const service = {
    ...{ name: 'web', digest, fields: {}, settings: {}, initDigest: '', secrets: [] },
    ...{ checks: { preflight: [], health: [], init: [] }, spec: { replicas: 1 } },
  } as unknown as RunnableService
  const runnable = { services: new Map([['web', service]]), order: new Map(), provided: new Map() }
  return { runnable, locate: (executable) => executable }
}

/** What a crash starts after the config has changed. */
function startedNext(instance: Partial<Instance>): string | undefined {
  const one: One = { id: 'web.1', service: 'web', instance: { ...NEW_INSTANCE, ...instance } }
  const services = new Map<string, KnownService>()
  const loaded = openLoadedServices(() => undefined)
  const taken = openTakenConfig({
    ...{ loaded, services, now: () => NOW, recall: () => undefined, adopt: () => undefined },
    instances: { of: () => [one], add: () => one, tell: () => undefined },
    effects: { abandon: () => undefined, isWatched: () => true, watch: () => undefined },
    remember: (name, service) => void services.set(name, service),
  })
  taken.take(loadedAs('old'))
  taken.take(loadedAs('new'))
  return loaded.of('web')?.digest
}

const running = { state: 'running', startedAt: NOW - 3_600_000 } as const
const ROWS: readonly (readonly [what: string, instance: Partial<Instance>, next: string])[] = [
  ['never failed', running, 'old'],
  ['failed once, and runs for an hour since', { ...running, failures: 1, pauseMs: 200 }, 'old'],
  ['failed, and is healthy for long', { ...running, failures: 3, health: 'healthy', healthyAt: NOW - 60_000 }, 'old'],
  ['failed, and was never healthy since', { ...running, failures: 3, health: 'unhealthy' }, 'new'],
  ['failed, and runs for a second', { ...running, failures: 1, startedAt: NOW - 1000 }, 'new'],
  ['failed, and is prepared again', { state: 'preparing', failures: 1 }, 'new'],
]
for (const [what, instance, next] of ROWS)
  test(`a service that ${what} is started again as the ${next} config says`, () => {
    assert.equal(startedNext(instance), next)
  })

test('a plugin that no config brought is not started: nobody would look at its files', () => {
  const loaded = openLoadedServices(() => undefined)
  loaded.take(loadedAs('new'))
  const executable = { plugin: 'web' } as VerifiedExecutable
  expectCode('INTERNAL', () => loaded.required('web').locate(executable))
})
