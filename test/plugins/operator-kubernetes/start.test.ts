// Starting and stopping in a cluster: what is asked first, what is changed in which order, what is left alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { render } from '../../../plugins/operator-kubernetes/render.ts'
import { OperatorProblem } from '../../../sdk/operator/index.ts'
import { anOperatorConfig } from '../../support/builders/operator-config.ts'
import type { Stored } from '../../support/kubernetes/cluster.ts'
import { Cluster, ready } from '../../support/kubernetes/cluster.ts'
import { aCluster, reached, renderedServices } from '../../support/kubernetes/start-scene.ts'

const SHOP = {
  db: { image: 'db', volumes: ['data:/data'] },
  migrate: { image: 'web', restart: 'no', depends_on: { db: { condition: 'service_healthy' } } },
  web: {
    image: 'web',
    environment: { PASSWORD: 'hush' },
    depends_on: { migrate: { condition: 'service_completed_successfully' } },
  },
}
const VOLUMES = { volumes: { data: {} } }

test('services start in their order, once all of them were checked by the API server', async () => {
  const { cluster, scene, begin } = aCluster()
  const rendering = renderedServices(SHOP, VOLUMES)
  assert.equal(await begin(rendering), 0)
  const job = rendering.services[1]?.workload.metadata.name
  assert.deepEqual(cluster.changes, [
    'apply persistentvolumeclaim/shop-data',
    'apply service/db',
    'apply statefulset/db',
    `apply job/${job}`,
    'apply secret/web-variables',
    'apply service/web',
    'apply deployment/web',
  ])
  const applied = scene.calls.filter((call) => call.startsWith('apply'))
  assert.match(
    applied[0] ?? '',
    /^apply --server-side --field-manager=octo --validate=strict --filename=- --dry-run=server$/,
  )
  assert.equal(applied.length, 4)
  assert.doesNotMatch(scene.calls.join(' '), /hush|aHVzaA/)
})

test('what waits for another is not applied before that is well, and says what it waits for', async () => {
  const { cluster, ...first } = aCluster((object) => {
    if (object.kind === 'StatefulSet') object.status = { observedGeneration: 1, updatedReplicas: 1, readyReplicas: 0 }
    else ready(object)
  })
  let pauses = 0
  const { scene, begin } = reached(cluster, () => {
    assert.ok(!cluster.changes.includes('apply deployment/web'))
    pauses += 1
    if (pauses === 3) ready(cluster.get('statefulsets', 'default', 'db'))
  })
  assert.equal(first.scene.calls.length, 0)
  assert.equal(
    await begin(
      renderedServices({ db: SHOP.db, web: { image: 'w', depends_on: { db: { condition: 'healthy' } } } }, VOLUMES),
    ),
    0,
  )
  assert.deepEqual(scene.said, ['waiting for statefulset/db: 0 of 1 are ready'])
  assert.equal(cluster.changes.at(-1), 'apply deployment/web')
})

test('a second start changes nothing that is as the config says, and takes away what it no longer has', async () => {
  const { cluster, scene, begin } = aCluster()
  await begin(renderedServices(SHOP, VOLUMES))
  cluster.apply('configmaps', 'default', aMap('of-others', {}), { manager: 'kubectl' })
  cluster.apply('configmaps', 'default', aMap('of-another', { 'octo.project': 'blog', ...MANAGED }), {
    manager: 'octo',
  })
  cluster.apply('configmaps', 'default', aMap('half-ours', { 'octo.project': 'shop' }), { manager: 'octo' })
  cluster.changes.length = 0
  assert.equal(await begin(renderedServices({ web: { image: 'web' } })), 0)
  const removed = cluster.changes.filter((change) => change.startsWith('delete')).sort()
  assert.deepEqual(
    removed.map((one) => one.replace(/-[0-9a-f]{8}$/, '')),
    ['delete job/migrate', 'delete secret/web-variables', 'delete service/db', 'delete statefulset/db'],
  )
  assert.deepEqual(
    cluster.list('configmaps', 'default').map(({ metadata }) => metadata.name),
    ['of-others', 'of-another', 'half-ours'],
  )
  // Data is never taken away.
  assert.equal(cluster.list('persistentvolumeclaims', 'default').length, 1)
  assert.equal(scene.said.length, 0)
})

const MANAGED = { 'app.kubernetes.io/managed-by': 'octo' }
function aMap(name: string, labels: object) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data: { a: 'b' } }
}

test('what a server gives beyond what was asked for is looked at once more before it is deleted', async () => {
  const { cluster, begin } = aCluster()
  cluster.apply('configmaps', 'default', aMap('of-others', {}), { manager: 'kubectl' })
  cluster.apply('configmaps', 'default', aMap('of-another', { 'octo.project': 'blog', ...MANAGED }), {
    manager: 'octo',
  })
  cluster.list = (resource, namespace) => Cluster.prototype.list.call(cluster, resource, namespace)
  assert.equal(await begin(renderedServices({ web: { image: 'x' } })), 0)
  assert.equal(cluster.list('configmaps', 'default').length, 2)
})

test('a dry run asks, says what would be deleted, and changes nothing', async () => {
  const { cluster, scene, begin, end } = aCluster()
  await begin(renderedServices(SHOP, VOLUMES))
  cluster.changes.length = 0
  assert.equal(await begin(renderedServices({ web: { image: 'other' } }), { dryRun: true }), 0)
  assert.equal(await end(renderedServices(SHOP, VOLUMES), { dryRun: true }), 0)
  assert.deepEqual(cluster.changes, [])
  assert.ok(scene.said.includes('would delete statefulset/db'), scene.said.join())
})

test('what somebody else made is left alone, whoever that is, and nothing is changed', async () => {
  for (const [labels, says] of [
    [{}, /^configmap\/web-files is there already and was not made by octo/],
    [{ 'octo.project': 'blog', ...MANAGED }, /belongs to project `blog`/],
    [{ 'octo.project': 'shop' }, /configmap\/web-files is there already and belongs to project `shop`/],
  ] as const) {
    const { cluster, begin } = aCluster()
    cluster.apply('configmaps', 'default', aMap('web-files', labels), { manager: 'kubectl' })
    cluster.changes.length = 0
    const config = {
      services: { web: { image: 'x', configs: [{ source: 'csp', target: '/csp' }] } },
      repos: { files: { csp: { path: '/csp' } } },
    }
    const rendering = render(anOperatorConfig(config), { readFile: () => Buffer.from('x'), variable: () => undefined })
    await assert.rejects(begin(rendering), (error) => error instanceof OperatorProblem && says.test(error.message))
    assert.deepEqual(cluster.changes, [])
  }
})

test('what the API server refuses is refused before anything changes', async () => {
  const { cluster, begin } = aCluster()
  const rendering = renderedServices({ web: { image: 'x', environment: { A: 'b' } } })
  const broken = rendering.stages[0]?.objects.at(-1) as Stored
  broken.spec.template.spec.colour = 'red'
  await assert.rejects(begin(rendering), /must NOT have additional properties/)
  assert.deepEqual(cluster.changes, [])
})

test('a field that somebody else has changed is not taken back, unless the config says so', async () => {
  const { cluster, begin } = aCluster()
  const services = { web: { image: 'x', scale: 2 } }
  await begin(renderedServices(services))
  const edited = structuredClone({
    ...cluster.get('deployments', 'default', 'web'),
    owners: undefined,
    status: undefined,
  })
  const { apiVersion, kind, spec } = edited
  const own = { apiVersion, kind, metadata: { name: 'web' }, spec: { ...spec, replicas: 5 } }
  cluster.apply('deployments', 'default', own, { manager: 'autoscaler', force: true })
  await assert.rejects(begin(renderedServices(services)), /conflict with "autoscaler": \.spec\.replicas/)
  assert.equal(cluster.get('deployments', 'default', 'web').spec.replicas, 5)
  // A field that the config does not name is nobody's business.
  assert.equal(await begin(renderedServices({ web: { image: 'x' } })), 0)
  assert.equal(cluster.get('deployments', 'default', 'web').spec.replicas, 5)
  const settings = { configs: { 'operator-kubernetes': { conflicts: 'take over' } } }
  assert.equal(await begin(renderedServices(services, settings)), 0)
  assert.equal(cluster.get('deployments', 'default', 'web').spec.replicas, 2)
})

test('a namespace that is named and not there is made, and a dry run leaves it', async () => {
  const { cluster, scene, begin } = aCluster()
  const rendering = renderedServices({ web: { image: 'x' } }, { octoctl: { namespace: 'shop' } })
  assert.equal(await begin(rendering, { dryRun: true }), 0)
  assert.deepEqual([...cluster.namespaces], ['default'])
  assert.match(scene.said.join(), /namespace `shop` is not there yet/)
  assert.equal(await begin(rendering), 0)
  assert.deepEqual([...cluster.namespaces], ['default', 'shop'])
  assert.equal(cluster.get('deployments', 'shop', 'web').kind, 'Deployment')
})

test('named services start with what they wait for, and nothing else is touched', async () => {
  const { cluster, begin } = aCluster()
  await begin(renderedServices({ old: { image: 'x' } }))
  cluster.changes.length = 0
  assert.equal(await begin(renderedServices({ ...SHOP, mail: { image: 'm' } }, VOLUMES), { args: ['migrate'] }), 0)
  assert.ok(cluster.changes.some((change) => change.startsWith('apply job/migrate')))
  assert.ok(cluster.changes.includes('apply statefulset/db'))
  assert.ok(!cluster.changes.some((change) => /web|mail|delete/.test(change)), cluster.changes.join())
  await assert.rejects(begin(renderedServices(SHOP, VOLUMES), { args: ['wbe'] }), {
    exitCode: 64,
    message: /`wbe` is no service that is started, expected one of db, migrate, web/,
  })
})

test('what cannot be changed in place makes room first', async () => {
  const { cluster, begin } = aCluster()
  await begin(renderedServices({ web: { image: 'x' } }))
  cluster.changes.length = 0
  assert.equal(await begin(renderedServices({ web: { image: 'x', ports: ['80'], volumes: ['data:/d'] } }, VOLUMES)), 0)
  assert.deepEqual(cluster.changes, [
    'delete service/web',
    'delete deployment/web',
    'apply persistentvolumeclaim/shop-data',
    'apply service/web',
    'apply statefulset/web',
  ])
})

test('stop ends those that wait for others first, and leaves volumes and what is not of the project', async () => {
  const { cluster, end, begin } = aCluster()
  const rendering = renderedServices(SHOP, VOLUMES)
  await begin(rendering)
  cluster.apply('configmaps', 'default', aMap('of-others', {}), { manager: 'kubectl' })
  cluster.changes.length = 0
  assert.equal(await end(rendering, { args: ['web'] }), 0)
  assert.deepEqual(cluster.changes, ['delete deployment/web'])
  assert.equal(await end(rendering), 0)
  assert.deepEqual(
    cluster.changes.map((one) => one.replace(/-[0-9a-f]{8}$/, '')),
    [
      'delete deployment/web',
      'delete job/migrate',
      'delete statefulset/db',
      'delete service/db',
      'delete service/web',
      'delete secret/web-variables',
    ],
  )
  const left = [...cluster.objects.keys()]
  assert.deepEqual(left, ['persistentvolumeclaims/default/shop-data', 'configmaps/default/of-others'])
})
