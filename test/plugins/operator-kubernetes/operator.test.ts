// operator-kubernetes as a program, with a stand-in for kubectl: how it is called, what reaches it, and how each word ends.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { findKubectl, prefixOf } from '../../../plugins/operator-kubernetes/kubectl.ts'
import { execWords, logWords, statusWords } from '../../../plugins/operator-kubernetes/operator.ts'
import { render } from '../../../plugins/operator-kubernetes/render.ts'
import { OperatorProblem } from '../../../sdk/operator/index.ts'
import { anOperatorConfig } from '../../support/builders/operator-config.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { bundleOf } from '../../support/operator/bundled-plugin.ts'

const services = { my_web: { image: 'x' }, db: { image: 'y', volumes: ['d:/d'] } }
const shop = render(anOperatorConfig({ services, volumes: { d: {} } }), {
  readFile: () => assert.fail(),
  variable: () => undefined,
})

test('each word becomes a call of kubectl for the objects of the project', () => {
  const calls = [
    statusWords(shop),
    logWords({ args: [], follow: false }, shop),
    logWords({ args: ['my_web'], follow: true }, shop),
    execWords({ args: ['my_web', 'ls', '-la'] }, shop, { isTerminal: false }),
    execWords({ args: ['db', 'psql'] }, shop, { isTerminal: true }),
  ].map((words) => words.join(' '))
  const all = '--all-containers --prefix --tail=-1 --ignore-errors --max-log-requests=1000'
  assert.deepEqual(calls, [
    'get deployments,statefulsets,jobs,pods,services,persistentvolumeclaims --selector=octo.project=shop',
    `logs --selector=octo.project=shop ${all}`,
    `logs --selector=octo.project=shop,octo.service in (my-web) ${all} --follow`,
    'exec --stdin deployment/my-web --container=my-web -- ls -la',
    'exec --stdin --tty statefulset/db --container=db -- psql',
  ])
  assert.throws(() => logWords({ args: ['wbe'], follow: false }, shop), { exitCode: 64 })
  assert.throws(() => execWords({ args: [] }, shop, { isTerminal: false }), { exitCode: 64 })
})

const VERSIONS: readonly (readonly [string, string | undefined, RegExp | undefined])[] = [
  ['is there', '{"clientVersion": {"gitVersion": "v1.32.4"}}', undefined],
  ['is that of a vendor', '{"clientVersion": {"gitVersion": "v1.25.0-eks-1"}}', undefined],
  ['is newer than all', '{"clientVersion": {"gitVersion": "v2.0.0"}}', undefined],
  ['is too old', '{"clientVersion": {"gitVersion": "v1.24.17"}}', /`kubectl` is 1\.24, expected 1\.25 or newer/],
  ['is missing', undefined, /`kubectl` is not on this machine/],
  ['says something else', 'kubectl?', /`kubectl` is not on this machine, or does not work/],
]
for (const [what, said, problem] of VERSIONS)
  test(`where kubectl ${what}, it is ${problem ? 'not called' : 'called'}`, () => {
    const find = () => findKubectl({}, '/', () => said)
    if (!problem) return assert.deepEqual(find().words, ['kubectl'])
    assert.throws(
      find,
      (error) => error instanceof OperatorProblem && error.exitCode === 127 && problem.test(error.message),
    )
  })

test('the cluster and the namespace of the config go with every call', () => {
  assert.deepEqual(prefixOf({ context: 'prod', namespace: 'shop' }), ['kubectl', '--context=prod', '--namespace=shop'])
})

/** Notes each call and what it was given, answers questions for objects with nothing, and ends as it is told. */
const STAND_IN = `#!/bin/sh
case "$*" in *version*) echo '{"gitVersion": "v1.32.0"}'; exit 0;; esac
echo "$*" >> "$OUT"
case "$*" in *filename*) cat >> "$OUT.input";; esac
case "$*" in *json*) echo "$FOUND";; *) exit "\${EXIT:-0}";; esac
`

function aPlace(t: TestContext, config: object) {
  const folder = tempFolder(t)
  const [bin, state] = [join(folder, 'bin'), join(folder, 'state')]
  for (const path of [bin, state]) mkdirSync(path)
  writeFileSync(join(bin, 'kubectl'), STAND_IN)
  chmodSync(join(bin, 'kubectl'), 0o755)
  writeFileSync(join(state, 'config.json'), JSON.stringify({ name: 'shop', ...config }))
  const out = join(folder, 'out')
  async function run(words: readonly string[], more: Readonly<Record<string, string>> = {}) {
    const program = join(folder, 'plugin.cjs')
    writeFileSync(program, await bundleOf('operator-kubernetes'))
    const argv = [program, '--config', join(state, 'config.json'), ...words]
    const env = { PATH: `${bin}:/usr/bin:/bin`, OUT: out, OCTO_PROJECT_DIR: folder, FOUND: '{"items": []}', ...more }
    const child = spawn(process.execPath, argv, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    return { code, stdout, stderr }
  }
  const called = () => (existsSync(out) ? readFileSync(out, 'utf8').trimEnd().split('\n') : [])
  return { state, out, run, called }
}

test('a failing kubectl ends the start with its exit code; secrets reach it on standard input alone', async (t) => {
  const config = { services: { web: { image: 'x', environment: { PASSWORD: 'hush' } } } }
  const { run, called, out, state } = aPlace(t, config)
  const { code, stderr } = await run(['start'], { EXIT: '7' })
  assert.equal(code, 7)
  assert.match(stderr, /`kubectl apply --server-side .* --dry-run=server` ended with 7/)
  assert.equal(called().length, 3)
  assert.doesNotMatch(called().join() + stderr, /hush|aHVzaA/)
  assert.match(readFileSync(`${out}.input`, 'utf8'), /aHVzaA==/)
  assert.deepEqual(readdirSync(state), ['config.json'])
})

test('show prints the objects, asks nothing, and hides what Secrets hold', async (t) => {
  const { run, called } = aPlace(t, { services: { web: { image: 'x', environment: { PASSWORD: 'hush' } } } })
  const { code, stdout } = await run(['show'])
  assert.deepEqual([code, called()], [0, []])
  assert.match(stdout, /^---\n"apiVersion": "v1"\n"kind": "Secret"/)
  assert.doesNotMatch(stdout, /hush|aHVzaA/)
})

test('a config that cannot be written any more starts nothing, and what runs of it can still be stopped and seen', async (t) => {
  const { run, called } = aPlace(t, { services: { web: { image: 'x', gpus: 'all' } } })
  const started = await run(['start'])
  assert.deepEqual([started.code, called()], [78, []])
  assert.match(started.stderr, /^operator-kubernetes: service `web`: `gpus` cannot be written for Kubernetes\n$/)
  for (const words of [['stop'], ['status'], ['compose', '--', 'top', 'pods']]) {
    const { code, stderr } = await run(words)
    assert.equal(code, 0, stderr)
    assert.match(stderr, /`gpus` cannot be written for Kubernetes; what runs is found by its labels/)
  }
  assert.deepEqual(
    called().map((call) => call.split(' --')[0]),
    [
      'delete deployments,statefulsets,jobs,services,configmaps,secrets,networkpolicies',
      'get deployments,statefulsets,jobs,pods,services,persistentvolumeclaims',
      'top pods',
    ],
  )
})

test('a restart without services that go on asks nothing, and one that ends is not restarted', async (t) => {
  const { run, called } = aPlace(t, { services: { once: { image: 'x', restart: 'no' }, web: { image: 'x' } } })
  const { code, stderr } = await run(['restart', 'once'])
  assert.deepEqual([code, called()], [78, []])
  assert.match(stderr, /service `once` runs to its end: `octo stop once` and `octo start once` do it again/)
  const dry = await run(['restart', '--dry-run'])
  assert.deepEqual([dry.code, dry.stdout], [0, 'kubectl rollout restart deployment/web\n'])
  assert.deepEqual(called(), [])
})

test('what somebody else made under the name of a service is neither restarted nor entered', async (t) => {
  const { run, called } = aPlace(t, { services: { web: { image: 'x' } } })
  const labels = { 'octo.project': 'other', 'app.kubernetes.io/managed-by': 'octo' }
  for (const [said, problem] of [
    [{}, /deployment\/web is there already and was not made by octo/],
    [{ labels }, /deployment\/web is there already and belongs to project `other`/],
  ] as const)
    for (const words of [['restart'], ['restart', 'web'], ['exec', 'web', '--', 'ls']]) {
      const FOUND = JSON.stringify({ kind: 'Deployment', metadata: { name: 'web', ...said } })
      const { code, stderr } = await run(words, { FOUND })
      assert.notEqual(code, 0)
      assert.match(stderr, problem)
    }
  assert.deepEqual([...new Set(called())], ['get deployment/web --ignore-not-found --output=json'])
  const own = { 'octo.project': 'shop', 'app.kubernetes.io/managed-by': 'octo' }
  const FOUND = JSON.stringify({ kind: 'Deployment', metadata: { name: 'web', labels: own } })
  assert.equal((await run(['exec', 'web', '--', 'ls'], { FOUND })).code, 0)
  assert.equal(called().at(-1), 'exec --stdin deployment/web --container=web -- ls')
})
