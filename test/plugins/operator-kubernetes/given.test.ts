// What services of charts name and a cluster has no word for: files of repos among the volumes, signals, root, names of hosts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anOperatorConfig } from '../../support/builders/operator-config.ts'
import { containerOf, objectIn, objectsOf, rendered } from '../../support/kubernetes/rendered.ts'

const FILES = {
  logo: { path: '/files/logo.png' },
  csp: { path: '/cache/csp.yaml', template: true },
}
const withVolumes = (...volumes: readonly unknown[]) =>
  anOperatorConfig({ repos: { files: FILES }, services: { web: { image: 'x', volumes } } })

test('a file of a repo among the volumes is given to the pod, and one with templates as a Secret', () => {
  const config = withVolumes('/files/logo.png:/srv/logo.png:ro', {
    type: 'bind',
    source: '/cache/csp.yaml',
    target: '/etc/csp.yaml',
    read_only: true,
  })
  assert.deepEqual(objectIn(config, 'configmap/web-files').binaryData, { logo: 'iVBOR/8=' })
  assert.equal(Buffer.from(objectIn(config, 'secret/web-values').data.csp, 'base64').toString(), 'script-src: self\n')
  const { volumeMounts } = objectIn(config, 'deployment/web').spec.template.spec.containers[0]
  assert.deepEqual(volumeMounts, [
    { name: 'values', mountPath: '/etc/csp.yaml', subPath: 'csp', readOnly: true },
    { name: 'files', mountPath: '/srv/logo.png', subPath: 'logo', readOnly: true },
  ])
})

test('a path that only begins like that of a file, or is mounted in another way, is none', () => {
  for (const volume of ['/files/logo.png.bak:/a', '/files/logo.png:/a:shared', '/files:/a', '/files/logo.png'])
    if (volume === '/files/logo.png') assert.equal(objectsOf(rendered(withVolumes(volume))).length, 2)
    else assert.throws(() => rendered(withVolumes(volume)), /is a path of this machine|cannot be written/, volume)
})

const SIGNALS: readonly (readonly [string, string | undefined])[] = [
  ['SIGTERM', undefined],
  ['TERM', undefined],
  ['15', undefined],
  ['SIGINT', 'INT'],
  ['QUIT', 'QUIT'],
  ['SIGUSR1', 'USR1'],
  ['2', '2'],
]
for (const [signal, sent] of SIGNALS)
  test(`the first signal ${signal} is ${sent ? 'sent by a hook that waits for the end' : "Kubernetes' own"}`, () => {
    const line = sent && `kill -${sent} 1 && while kill -0 1 2>/dev/null; do sleep 1; done`
    for (const service of [{ stop_signal: signal }, { octocompose: { stop: { signal } } }]) {
      const { lifecycle } = containerOf(service)
      assert.deepEqual(lifecycle?.preStop.exec.command, line && ['/bin/sh', '-c', line])
    }
  })

test('notifications of the config are said, wherever they stand', () => {
  for (const more of [{ octoctl: { notifications: {} } }, { operator: { notifications: [] } }])
    assert.match(
      rendered(anOperatorConfig(more)).notes.join(),
      /`notifications` are sent where octo itself runs services/,
    )
})

test('root is the one user whose number is known', () => {
  assert.deepEqual(containerOf({ user: 'root' }).securityContext, { runAsUser: 0 })
  assert.deepEqual(containerOf({ user: 'root:root' }).securityContext, { runAsUser: 0, runAsGroup: 0 })
})

test('an alias is one more Service, and one with dots is left to the DNS, which is said', () => {
  const networks = { default: { aliases: ['db', 'cloud.example.com'] } }
  const config = anOperatorConfig({ services: { postgres: { image: 'x', networks } } })
  assert.equal(objectIn(config, 'service/db').spec.selector['octo.service'], 'postgres')
  const { notes, stages } = rendered(config)
  assert.equal(objectsOf({ stages }).filter(({ kind }) => kind === 'Service').length, 2)
  assert.match(notes.join(), /`postgres` is not reached as `cloud\.example\.com` inside the cluster/)
})

test('one network for all keeps nothing apart, and needs no policies', () => {
  const one = { image: 'x', networks: ['net'] }
  const policiesOf = (networks: object, services: object) =>
    objectsOf(rendered(anOperatorConfig({ networks, services }))).filter(({ kind }) => kind === 'NetworkPolicy').length
  assert.equal(policiesOf({ net: {} }, { a: one, b: one }), 0)
  assert.equal(policiesOf({ net: {} }, { a: one, b: { image: 'x' } }), 2)
  assert.equal(policiesOf({ net: { internal: true } }, { a: one, b: one }), 1)
  assert.equal(policiesOf({ net: {} }, { a: one, b: { image: 'x', network_mode: 'host' } }), 0)
})
