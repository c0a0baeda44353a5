// When a workload counts as started, by what an API server may say of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundIn } from '../../../plugins/operator-kubernetes/found.ts'
import { progressOf } from '../../../plugins/operator-kubernetes/rollout.ts'
import { renderedServices } from '../../support/kubernetes/start-scene.ts'

type Case = readonly [
  what: string,
  kind: 'Deployment' | 'StatefulSet' | 'Job',
  object: object,
  says: string | undefined,
]

const of = (status: object, generation = 2, spec: object = { replicas: 2 }) => ({ generation, spec, status })
const CASES: readonly Case[] = [
  [
    'all are there',
    'Deployment',
    of({ observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }),
    undefined,
  ],
  [
    'the change is not seen',
    'Deployment',
    of({ observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }),
    'the change is not seen yet',
  ],
  [
    'one is of the old form',
    'Deployment',
    of({ observedGeneration: 2, replicas: 2, updatedReplicas: 1, availableReplicas: 2 }),
    '1 of 2 are of the new form',
  ],
  [
    'one is not ready',
    'Deployment',
    of({ observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 1 }),
    '1 of 2 are ready',
  ],
  [
    'an old one is still there',
    'Deployment',
    of({ observedGeneration: 2, replicas: 3, updatedReplicas: 2, availableReplicas: 2 }),
    'old ones are still ending',
  ],
  ['none is wanted', 'Deployment', of({ observedGeneration: 2 }, 2, { replicas: 0 }), undefined],
  ['nothing is said', 'Deployment', of({}), 'the change is not seen yet'],
  [
    'all are there',
    'StatefulSet',
    of({ observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2 }),
    undefined,
  ],
  [
    'one is not ready',
    'StatefulSet',
    of({ observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 2 }),
    '1 of 2 are ready',
  ],
  ['it runs', 'Job', of({ ready: 1 }), undefined],
  ['it has ended', 'Job', of({ conditions: [{ type: 'Complete', status: 'True' }] }), undefined],
  ['it waits', 'Job', of({ active: 1 }), 'it does not run yet'],
  ['it once was to fail', 'Job', of({ conditions: [{ type: 'Failed', status: 'False' }] }), 'it does not run yet'],
  ['it failed', 'Job', of({ conditions: [{ type: 'Failed', status: 'True' }] }), 'it failed'],
]
for (const [what, kind, { generation, spec, status }, says] of CASES as readonly (readonly [
  string,
  Case[1],
  ReturnType<typeof of>,
  string | undefined,
])[])
  test(`where ${what}, a ${kind} is ${says ? 'awaited' : 'started'}`, () => {
    const service = { Deployment: {}, StatefulSet: { volumes: ['d:/d'] }, Job: { restart: 'no' } }[kind]
    const [{ workload } = assert.fail()] = renderedServices(
      { web: { image: 'x', ...service } },
      { volumes: { d: {} } },
    ).services
    const { name, labels } = workload.metadata
    const found = foundIn(JSON.stringify({ items: [{ kind, metadata: { name, labels, generation }, spec, status }] }))
    const progress = progressOf({ workload, until: 'ready' }, found)
    assert.equal('reason' in progress ? progress.reason : undefined, says && `${kind.toLowerCase()}/${name}: ${says}`)
  })

test('a Job that others wait for has to end, and one that is not there yet is awaited', () => {
  const [{ workload } = assert.fail()] = renderedServices({ web: { image: 'x', restart: 'no' } }).services
  const { name, labels } = workload.metadata
  const running = foundIn(JSON.stringify({ kind: 'Job', metadata: { name, labels }, status: { ready: 1 } }))
  assert.equal(progressOf({ workload, until: 'ready' }, running).state, 'reached')
  assert.equal(progressOf({ workload, until: 'complete' }, running).state, 'waiting')
  assert.equal(progressOf({ workload, until: 'ready' }, foundIn('')).state, 'waiting')
})

test('what is wrong with pods of an earlier form ends no start of another one', () => {
  const [{ workload } = assert.fail()] = renderedServices({ web: { image: 'x' } }).services
  const { name, labels } = workload.metadata
  const { template } = workload.spec as { readonly template: { readonly metadata: { readonly labels: object } } }
  const pod = (form: string, creationTimestamp: string, reason: string) => ({
    kind: 'Pod',
    metadata: {
      ...{ name: `web-${form}`, creationTimestamp },
      labels: { ...template.metadata.labels, 'pod-template-hash': form },
    },
    status: { containerStatuses: [{ name: 'web', state: { waiting: { reason } } }] },
  })
  const says = (status: object, ...pods: object[]) => {
    const own = { kind: 'Deployment', metadata: { name, labels, generation: 2 }, spec: { replicas: 1 }, status }
    const { state, ...more } = progressOf(
      { workload, until: 'ready' },
      foundIn(JSON.stringify({ items: [own, ...pods] })),
    )
    return [state, 'reason' in more ? more.reason : '']
  }
  const old = pod('old', '2026-01-01T00:00:00Z', 'InvalidImageName')
  const seen = { observedGeneration: 2, replicas: 2 }
  const waiting = (reason: string) => ['waiting', `deployment/web: ${reason}`]
  assert.deepEqual(says({ observedGeneration: 1, updatedReplicas: 1 }, old), waiting('the change is not seen yet'))
  assert.deepEqual(says(seen, old), waiting('0 of 1 are of the new form'))
  const updated = { ...seen, updatedReplicas: 1 }
  const coming = pod('new', '2026-01-02T00:00:00Z', 'ContainerCreating')
  assert.deepEqual(says(updated, coming, old), waiting('0 of 1 are ready'))
  const wrong = pod('new', '2026-01-02T00:00:00Z', 'InvalidImageName')
  assert.deepEqual(says(updated, wrong, old), [
    'failed',
    'deployment/web: 0 of 1 are ready; pod web-new: container `web`: InvalidImageName',
  ])
})

test('what is no answer of an API server is said, and parts that are missing harm nothing', () => {
  assert.throws(() => foundIn('<html>'), { exitCode: 69 })
  for (const text of ['[]', '{"items":[null, 1, {}]}', '{"items":[{"metadata":[],"status":7}]}', 'null'])
    assert.ok(Array.isArray(foundIn(text)), text)
})
