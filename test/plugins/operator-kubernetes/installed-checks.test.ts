// Checks that only a plugin can ask: an init container installs it, proven, and the readiness probe starts it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { anOperatorConfig } from '../../support/builders/operator-config.ts'
import { objectIn, objectsOf, rendered } from '../../support/kubernetes/rendered.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const PROGRAM = { program: 'check-disk', words: ['--path', '$(HOME)'], warns: false, config: '{}\n', lock: '{}\n' }
const TOOL = { tool: 'acme/check-disk@^1', args: ['--path', '$(HOME)'] }

type Wish = {
  readonly health?: readonly object[]
  readonly checks?: readonly object[]
  readonly service?: object
  readonly more?: object
}

function configWith({ health = [TOOL], checks = [{ index: 0, ...PROGRAM }], service = {}, more = {} }: Wish = {}) {
  return anOperatorConfig({
    services: { web: { image: 'acme/web:2', ...service, octocompose: { health } } },
    octo: { probes: { image: 'acme/octo:1', checks: { web: checks } } },
    ...more,
  })
}

const podOf = (wish?: Wish) => objectIn(configWith(wish), 'deployment/web').spec.template.spec

test('an init container installs the plugin, and the container sees it read-only and starts it as its probe', () => {
  const pod = podOf()
  assert.deepEqual(pod.initContainers, [
    {
      name: 'web-checks',
      image: 'acme/octo:1',
      command: ['octo', 'install', '--frozen', '--config', '/octo/config/octo.yaml', '--to', '/octo/checks'],
      env: [
        { name: 'HOME', value: '/tmp' },
        { name: 'OCTO_HOME', value: '/tmp/octo' },
      ],
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      volumeMounts: [
        { name: 'octo-checks', mountPath: '/octo/checks' },
        { name: 'octo-config', mountPath: '/octo/config', readOnly: true },
      ],
    },
  ])
  const [container] = pod.containers
  assert.deepEqual(container.volumeMounts, [{ name: 'octo-checks', mountPath: '/octo/checks', readOnly: true }])
  assert.deepEqual(container.readinessProbe, {
    exec: { command: ['/octo/checks/bin/check-disk', '--path', '$$(HOME)'] },
    ...{ periodSeconds: 10, timeoutSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  })
  assert.deepEqual(objectIn(configWith(), 'configmap/web-checks').data, { 'octo.yaml': '{}\n', 'octo.lock': '{}\n' })
  assert.deepEqual(rendered(configWith()).notes, [])
  assert.equal(container.livenessProbe, undefined, 'an unhealthy service is not killed')
})

test('a private repo is read by a secret of the cluster, of which the service sees nothing', () => {
  const config = anOperatorConfig({
    services: { web: { image: 'acme/web:2', octocompose: { health: [TOOL] } } },
    octo: { probes: { image: 'acme/octo:1', login: 'octo-login', checks: { web: [{ index: 0, ...PROGRAM }] } } },
  })
  const { initContainers, containers } = objectIn(config, 'deployment/web').spec.template.spec
  assert.deepEqual(
    initContainers[0].env.slice(2),
    ['OCTO_REGISTRY', 'OCTO_TOKEN'].map((key) => ({
      name: key,
      valueFrom: { secretKeyRef: { name: 'octo-login', key } },
    })),
  )
  assert.doesNotMatch(JSON.stringify(containers), /octo-login/)
})

test('the pod is made anew when the plugin is another, and its steps of `init` are not', () => {
  const supplies = (wish: Wish) =>
    objectsOf(rendered(configWith(wish))).flatMap(({ kind, metadata, spec }) =>
      ['Deployment', 'Job'].includes(kind) ? [[metadata.name, JSON.stringify(spec)]] : [],
    )
  const step = { octocompose: { health: [TOOL], init: [{ tool: 'run-service', args: ['migrate'] }] } }
  const of = (lock: string) => {
    const config = anOperatorConfig({
      services: { web: { image: 'acme/web:2', ...step } },
      octo: { probes: { image: 'acme/octo:1', checks: { web: [{ index: 0, ...PROGRAM, lock }] } } },
    })
    return objectsOf(rendered(config)).filter(({ kind }) => ['Deployment', 'Job'].includes(kind))
  }
  const [job, deployment] = of('a\n')
  const [sameJob, otherDeployment] = of('b\n')
  assert.deepEqual(job, sameJob)
  assert.notDeepEqual(deployment, otherDeployment)
  assert.equal(supplies({}).length, 1)
})

const OWN = { tool: 'check-tcp', args: { port: 8080 } }
const CHOICES: readonly (readonly [string, Wish, RegExp | undefined, string | undefined])[] = [
  [
    'what Kubernetes asks by itself comes first',
    { health: [TOOL, OWN] },
    /is left to `octo check`: .* `check-tcp`/,
    'tcpSocket',
  ],
  [
    'a second plugin is left to `octo check`',
    { health: [TOOL, TOOL], checks: [0, 1].map((index) => ({ index, ...PROGRAM })) },
    /is left to `octo check`: Kubernetes has one probe, which is `acme\/check-disk`/,
    'exec',
  ],
  [
    'the first that can be installed is taken',
    {
      health: [TOOL, TOOL],
      checks: [
        { index: 0, problem: 'is run by `node`' },
        { index: 1, ...PROGRAM },
      ],
    },
    /is no probe of Kubernetes, as it is run by `node`: `octo check` runs it/,
    'exec',
  ],
  ['nobody says how it is installed', { checks: [] }, /is no probe of Kubernetes, `octo check` runs it/, undefined],
  [
    'an internal network lets no plugin be downloaded',
    { service: { networks: ['back'] }, more: { networks: { back: { internal: true } } } },
    /could not be downloaded from inside of `internal` networks/,
    undefined,
  ],
  [
    'a network beside the internal one does',
    { service: { networks: ['back', 'front'] }, more: { networks: { back: { internal: true }, front: {} } } },
    undefined,
    'exec',
  ],
  [
    '`healthcheck` of the service counts before it',
    { service: { healthcheck: { test: ['CMD', 'x'] } } },
    undefined,
    'exec',
  ],
]
for (const [title, wish, note, kind] of CHOICES)
  test(title, () => {
    const { notes } = rendered(configWith(wish))
    assert.deepEqual(
      [notes.length, note === undefined || note.test(notes[0] ?? '')],
      [note ? 1 : 0, true],
      notes.join(),
    )
    const { initContainers, containers } = podOf(wish)
    assert.deepEqual(Object.keys(containers[0].readinessProbe ?? {}).slice(0, 1), kind ? [kind] : [])
    const isInstalled = containers[0].readinessProbe?.exec?.command[0].startsWith('/octo/') === true
    assert.equal(initContainers !== undefined, isInstalled)
  })

test('times are those of the config, then of the plugin', () => {
  const timed = (item: object, check: object) =>
    podOf({ health: [{ ...TOOL, ...item }], checks: [{ index: 0, ...PROGRAM, ...check }] }).containers[0].readinessProbe
  assert.equal(timed({ timeout: '3s' }, { timeoutMs: 7000 }).timeoutSeconds, 3)
  assert.equal(timed({}, { timeoutMs: 7000 }).timeoutSeconds, 7)
  assert.equal(timed({ interval: '1m' }, {}).periodSeconds, 60)
})

test('the installer runs as the user of the service', () => {
  const { initContainers } = podOf({ service: { user: '1000:1000', cap_add: ['SYS_ADMIN'], privileged: true } })
  const expected = {
    runAsUser: 1000,
    runAsGroup: 1000,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
  }
  assert.deepEqual(initContainers[0].securityContext, expected)
})

const BROKEN: readonly object[] = [
  { index: 0, program: '../../bin/sh', words: [], warns: false, config: '', lock: '' },
  { index: 0, program: 'x', words: 'y', warns: false, config: '', lock: '' },
  { index: 0, program: 'x', words: [], warns: false, lock: '' },
  { program: 'x', words: [], warns: false, config: '', lock: '' },
  [],
]
test(`what octo would not say is refused (${BROKEN.length})`, () => {
  for (const check of BROKEN) assert.throws(() => rendered(configWith({ checks: [check] })), /cannot be read/)
})

/** Exit code and output of the plugin, and what the kubelet sees. */
const ENDINGS: readonly (readonly [code: number, output: string, seen: number])[] = [
  [0, 'OK', 0],
  [0, '', 0],
  [1, 'WARNING - 81 %', 0],
  [1, '{"status":"warn"}', 0],
  [1, '', 1],
  [2, 'CRITICAL', 2],
  [3, 'UNKNOWN', 3],
  [127, 'no such thing', 127],
]
test(`a warning keeps nobody from work, and everything else does (${ENDINGS.length})`, (t) => {
  const folder = tempFolder(t)
  const [container] = podOf({ checks: [{ index: 0, ...PROGRAM, warns: true }] }).containers
  const command = (container.readinessProbe.exec.command as string[]).map((word) => word.replaceAll('$$', '$'))
  assert.deepEqual(command.slice(-3), ['/octo/checks/bin/check-disk', '--path', '$(HOME)'])
  for (const [code, output, seen] of ENDINGS) {
    const program = join(folder, 'check-disk')
    writeFileSync(program, `#!/bin/sh\n[ "$*" = '--path $(HOME)' ] || exit 99\nprintf %s '${output}'\nexit ${code}\n`)
    chmodSync(program, 0o755)
    const [shell = '', ...words] = command.map((word) => (word.startsWith('/octo/') ? program : word))
    const { status, stdout } = spawnSync(shell, words, { encoding: 'utf8' })
    assert.deepEqual([status, stdout.trimEnd()], [seen, output])
  }
})
