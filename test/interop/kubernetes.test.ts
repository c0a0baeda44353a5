// operator-kubernetes with the real kubectl against an API server of ours that is strict about fields, managers and names, and
// against a real cluster where OCTO_TEST_KUBECONFIG names one.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { startApiServer } from '../support/kubernetes/api-server.ts'
import { Cluster } from '../support/kubernetes/cluster.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { runOcto } from '../support/octo/run-octo.ts'
import { writeKeyFiles } from '../support/publisher/publish-project.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const MAIN = fileURLToPath(new URL('../../plugins/operator-kubernetes/main.ts', import.meta.url))
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0
const skip = hasKubectl ? false : 'kubectl is not on this machine'

function aMachine(t: TestContext, kubeconfig: string | { readonly url: string }) {
  const folder = tempFolder(t)
  for (const name of ['home', 'state']) mkdirSync(join(folder, name))
  const path = typeof kubeconfig === 'string' ? kubeconfig : join(folder, 'kubeconfig')
  if (typeof kubeconfig !== 'string') writeFileSync(path, kubeconfigFor(kubeconfig.url))
  return async (config: object, ...words: readonly string[]) => {
    const file = join(folder, 'state', 'config.json')
    writeFileSync(file, JSON.stringify({ name: 'interop', ...config }))
    const argv = ['--disable-warning=ExperimentalWarning', MAIN, '--config', file, ...words]
    const env = { PATH: process.env.PATH, HOME: join(folder, 'home'), KUBECONFIG: path, OCTO_PROJECT_DIR: folder }
    const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    return { code, stdout, stderr }
  }
}

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    users: [{ name: 'test', user: {} }],
    'current-context': 'test',
  })
}

/** One of everything that has to be in an order, as a config for people. */
const shop = (repo: string) => `name: interop
octoctl: {operator: kubernetes, namespace: octo-interop, repos: {core: ${repo}}}
volumes: {data: {}}
configs: {web: {greeting: "costs $5"}}
services:
  db: {image: acme/db, volumes: ["data:/data"], ports: ["5432"]}
  migrate: {image: acme/web, restart: "no", depends_on: {db: {condition: service_healthy}}}
  web:
    image: acme/web
    ports: ["8080:80"]
    environment: {PASSWORD: hush}
    configs: [{source: web, target: /etc/web.yaml}]
    depends_on: {migrate: {condition: service_completed_successfully}}
`

test('octo starts, restarts and stops services with the real kubectl, by the plugin of a registry', {
  skip,
}, async (t) => {
  const folder = tempFolder(t)
  const cluster = new Cluster()
  const server = await startApiServer(t, cluster)
  const registry = await startTestRegistry(t)
  const keys = writeKeyFiles(folder, registry.key)
  const publish = ['publish', join('plugins', 'operator-kubernetes'), '--out', join(folder, 'dist')]
  const published = await runOcto([...publish, '--registry', registry.url, '--key', keys.privateKey], {
    env: { OCTO_TOKEN: registry.token },
  })
  assert.equal(published.code, 0, published.stderr)
  const repo = `{url: "${registry.url}/repos/core.yaml", keys: ["${publicKeyLine(registry.key.trustKey)}"]}`
  writeFileSync(join(folder, 'octo.yaml'), shop(repo))
  writeFileSync(join(folder, 'kubeconfig'), kubeconfigFor(server.url))
  const state = { OCTO_HOME: join(folder, 'store'), XDG_STATE_HOME: join(folder, 'state') }
  const env = { ...state, HOME: folder, KUBECONFIG: join(folder, 'kubeconfig') }
  const octo = (...words: string[]) => runOcto(words, { cwd: folder, env })

  const started = await octo('start')
  assert.equal(started.code, 0, started.stderr)
  assert.match(
    started.stdout,
    /statefulset\.apps\/db serverside-applied[\s\S]*deployment\.apps\/web serverside-applied/,
  )
  assert.doesNotMatch(started.stdout + started.stderr, /hush|aHVzaA/)
  assert.deepEqual([...cluster.namespaces], ['default', 'octo-interop'])
  const first = server.requests.find((request) => request.startsWith('PATCH'))
  assert.match(first ?? '', /dryRun=All.*fieldManager=octo.*fieldValidation=Strict/)
  assert.deepEqual(cluster.get('secrets', 'octo-interop', 'web-variables').data, { PASSWORD: 'aHVzaA==' })
  const logs = await octo('logs', 'web')
  assert.equal(logs.stdout, '[pod/web-1/web] web of web-1 says hello\n', logs.stderr)

  const restarted = await octo('restart', 'web')
  assert.equal(restarted.code, 0, restarted.stderr)
  const { annotations } = cluster.get('deployments', 'octo-interop', 'web').spec.template.metadata
  assert.ok(annotations['kubectl.kubernetes.io/restartedAt'])
  const stopped = await octo('stop')
  assert.equal(stopped.code, 0, stopped.stderr)
  assert.deepEqual([...cluster.objects.keys()], ['persistentvolumeclaims/octo-interop/interop-data'])
})

test('the real kubectl tells what the API server refuses, and nothing has changed', { skip }, async (t) => {
  const cluster = new Cluster()
  const octo = aMachine(t, await startApiServer(t, cluster))
  const web = (more: object) => ({ services: { web: { image: 'acme/web', ...more } } })
  assert.equal((await octo(web({ scale: 2 }), 'start')).code, 0)
  const { apiVersion, kind, spec } = cluster.get('deployments', 'default', 'web')
  const edited = { apiVersion, kind, metadata: { name: 'web' }, spec: { ...spec, replicas: 7 } }
  cluster.apply('deployments', 'default', edited, { manager: 'autoscaler', force: true })
  cluster.changes.length = 0
  const refused = await octo(web({ scale: 2, image: 'acme/web:2' }), 'start')
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /conflict with "autoscaler"[\s\S]*\.spec\.replicas/)
  const dry = await octo(web({}), 'start', '--dry-run')
  assert.equal(dry.code, 0, dry.stderr)
  assert.match(dry.stdout, /deployment\.apps\/web serverside-applied \(server dry run\)/)
  assert.deepEqual(cluster.changes, [])
})

test('a cluster that is not there is said, and named', { skip }, async (t) => {
  const octo = aMachine(t, { url: 'http://127.0.0.1:1' })
  const { code, stderr } = await octo({ services: { web: { image: 'x' } } }, 'start')
  assert.equal(code, 1)
  assert.match(stderr, /127\.0\.0\.1:1[\s\S]*refused[\s\S]*operator-kubernetes: `kubectl get /)
})

const real = process.env.OCTO_TEST_KUBECONFIG
test('a real cluster runs what was rendered, and keeps nothing of it', {
  skip: !hasKubectl ? skip : real ? false : 'OCTO_TEST_KUBECONFIG names no cluster',
}, async (t) => {
  const octo = aMachine(t, real ?? '')
  const image = process.env.OCTO_TEST_IMAGE ?? 'busybox:1.36'
  const config = {
    configs: { web: { greeting: 'costs $5' }, 'operator-kubernetes': { namespace: 'octo-interop', timeout: '3m' } },
    services: {
      first: { image, restart: 'no', command: ['sh', '-c', 'echo first'] },
      web: {
        image,
        command: ['sh', '-c', 'cat /etc/web.json; echo "$PRICE"; exec sleep 600'],
        environment: { PRICE: '$5' },
        configs: [{ source: 'web', target: '/etc/web.json' }],
        stop_grace_period: '1s',
        depends_on: { first: { condition: 'service_completed_successfully' } },
      },
    },
  }
  t.after(() => octo(config, 'stop'))
  const started = await octo(config, 'start')
  assert.equal(started.code, 0, started.stderr)
  const logs = await octo(config, 'logs', 'web')
  assert.match(logs.stdout, /"greeting": "costs \$5"[\s\S]*\$5/)
  const ran = await octo(config, 'exec', '--', 'web', 'sh', '-c', 'echo "$PRICE"; exit 5')
  assert.deepEqual([ran.code, ran.stdout.trim()], [5, '$5'])
  assert.equal((await octo(config, 'stop')).code, 0)
  const left = await octo(config, 'status')
  assert.doesNotMatch(left.stdout, /deployment|service/)
})
