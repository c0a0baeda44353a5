// How a start in a cluster ends where something does not come up: the true reason, in a bounded time, and what a next start does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OperatorProblem } from '../../../sdk/operator/index.ts'
import { ready } from '../../support/kubernetes/cluster.ts'
import { aCluster, renderedServices } from '../../support/kubernetes/start-scene.ts'

test('a Job that failed is tried again by the next start; one that ended well is not', async () => {
  const { cluster, begin } = aCluster((object) => {
    if (object.kind === 'Job')
      object.status = { conditions: [{ type: 'Failed', status: 'True', message: 'it has had enough' }] }
    else ready(object)
  })
  const rendering = renderedServices({ once: { image: 'x', restart: 'no' } })
  await assert.rejects(begin(rendering), {
    exitCode: 1,
    message: /job\/once-[0-9a-f]{8}: it has had enough; it stays as it is/,
  })
  cluster.settle = ready
  cluster.changes.length = 0
  assert.equal(await begin(rendering), 0)
  const name = rendering.services[0]?.workload.metadata.name
  assert.deepEqual(cluster.changes, [`delete job/${name}`, `apply job/${name}`])
  cluster.changes.length = 0
  assert.equal(await begin(rendering), 0)
  assert.deepEqual(cluster.changes, [`apply job/${name}`])
})

const CRASHING: readonly (readonly [string, object, object, RegExp])[] = [
  [
    'an image that is no name',
    { waiting: { reason: 'InvalidImageName', message: 'couldn\'t parse "x y"' } },
    {},
    /^deployment\/web: 0 of 1 are ready; pod web-1: container `web`: InvalidImageName: couldn't parse "x y"; it stays/,
  ],
  [
    'an image that cannot be pulled',
    { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } },
    {},
    /pod web-1: container `web`: ImagePullBackOff: Back-off pulling image "x"/,
  ],
  [
    'a program that ends at once',
    { waiting: { reason: 'CrashLoopBackOff' } },
    { terminated: { exitCode: 3 } },
    /pod web-1: container `web` ended with exit code 3;/,
  ],
  [
    'too little memory',
    { waiting: { reason: 'CrashLoopBackOff' } },
    { terminated: { exitCode: 137, reason: 'OOMKilled' } },
    /ended with exit code 137 for want of memory/,
  ],
  ['a program that is never ready', { running: {} }, {}, /0 of 1 are ready \(after 300 s\)/],
]
for (const [what, state, lastState, says] of CRASHING)
  test(`a start fails with the true reason: ${what}`, async () => {
    const { scene, begin } = aCluster((object) => {
      if (object.kind === 'Deployment')
        object.status = { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 0 }
      if (object.kind === 'Pod') object.status = { containerStatuses: [{ name: 'web', state, lastState }] }
    })
    await assert.rejects(
      begin(renderedServices({ web: { image: 'x' } })),
      (error) => error instanceof OperatorProblem && error.exitCode === 1 && says.test(error.message),
    )
    assert.ok(scene.now() <= 305_000, String(scene.now()))
  })

test('a pod that no node takes is told, and a Deployment that Kubernetes gave up', async () => {
  const unschedulable = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: '0/3 nodes are available: pvc "x" not found.',
  }
  const { scene, begin } = aCluster((object) => {
    if (object.kind === 'Deployment') object.status = { observedGeneration: 1, updatedReplicas: 1 }
    if (object.kind === 'Pod') object.status = { conditions: [unschedulable] }
  })
  await assert.rejects(begin(renderedServices({ web: { image: 'x' } })), /Unschedulable: 0\/3 nodes are available/)
  assert.match(scene.said.join(), /waiting for deployment\/web: 0 of 1 are ready; pod web-1: Unschedulable/)
  const late = aCluster((object) => {
    if (object.kind === 'Deployment')
      object.status = {
        observedGeneration: 1,
        conditions: [{ type: 'Progressing', status: 'False', message: 'it has timed out' }],
      }
  })
  await assert.rejects(late.begin(renderedServices({ web: { image: 'x' } })), /deployment\/web: it has timed out/)
  assert.equal(late.scene.now(), 0)
})

test('a config with a cluster of its own asks no other', () => {
  const rendering = renderedServices(
    { web: { image: 'x' } },
    { configs: { 'operator-kubernetes': { context: 'prod', namespace: 'shop' } } },
  )
  assert.deepEqual([rendering.settings.context, rendering.settings.namespace], ['prod', 'shop'])
})
