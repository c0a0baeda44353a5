// Secrets of services under a real supervisor, with real plugins and programs: who is held up by a source, and what happens when
// one is away, or gives others.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { until } from '../../../support/machine/until.ts'
import { aSecretScene } from '../../../support/operator/secret-scene.ts'
import { stateOf } from '../../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

const IDLE = 'echo x >>"$0/starts"; exec sleep 600'
const TOKEN = 'hvs.token-of-the-config'
const PIN = 730_514

test('a source that refuses keeps its service from starting, and no other', options, async (t) => {
  const scene = await aSecretScene(t)
  const [good, bad] = [scene.source('good'), scene.source('bad')]
  good.gives({ secrets: { a: 'b' } })
  bad.says('failed', { reason: 'denied', summary: `permission denied for ${TOKEN} (${btoa(TOKEN)}) and ${PIN}` })
  const args = { ...bad.item().args, token: TOKEN, login: { pin: PIN } }
  scene.write({
    api: { ...scene.script('touch "$0/api"'), secrets: [{ tool: 'gives-secrets', args }] },
    web: { ...scene.script(IDLE), secrets: [good.item()] },
    late: { ...scene.script('touch "$0/late"'), depends_on: { api: { condition: 'completed' } } },
  })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    assert.deepEqual(
      supervisor.status().map(({ instance, state }) => [instance, state]),
      [
        ['api.1', 'failed'],
        ['web.1', 'running'],
        ['late.1', 'failed'],
      ],
    )
    assert.equal(
      stateOf(supervisor, 'api.1').reason,
      'secrets are not there: `gives-secrets`: permission denied for *** (***) and ***',
    )
    await supervisor.stop([])
  })
  assert.equal(scene.text('api') + scene.text('late'), '')
  for (const secret of [TOKEN, PIN]) assert.equal(scene.logged.join('\n').includes(`${secret}`), false)
})

/** A service that waits for a source which asks to be asked again. */
async function whoseSourceIsAway(t: TestContext) {
  const scene = await aSecretScene(t)
  const vault = scene.source('vault')
  vault.says('retry')
  scene.write({ api: { ...scene.script(IDLE), secrets: [vault.item()] } })
  return { scene, vault }
}

test('while its source is away a service waits and says why, and starts when it is back', options, async (t) => {
  const { scene, vault } = await whoseSourceIsAway(t)
  await scene.supervise(async (supervisor) => {
    const started = supervisor.start(await scene.load(), [])
    await until(() => vault.asked().length >= 2)
    const { state, reason } = stateOf(supervisor, 'api.1')
    assert.deepEqual([state, reason], ['waiting', 'secrets are not there: `gives-secrets`: the server is away'])
    assert.equal(scene.text('starts'), '')
    vault.gives({ secrets: { a: 'b' } })
    await started
    assert.deepEqual([stateOf(supervisor, 'api.1').state, stateOf(supervisor, 'api.1').reason], ['running', undefined])
    await supervisor.stop([])
  })
})

test(
  'a clock that is set back by a day while a source is away keeps no service waiting for that day',
  options,
  async (t) => {
    const { scene, vault } = await whoseSourceIsAway(t)
    await scene.supervise(async (supervisor) => {
      const started = supervisor.start(await scene.load(), [])
      await until(() => vault.asked().length >= 1 && stateOf(supervisor, 'api.1').reason !== undefined)
      const right = Date.now
      t.mock.method(Date, 'now', () => right() - 24 * 3600_000)
      vault.gives({ secrets: { a: 'b' } })
      await until(() => stateOf(supervisor, 'api.1').state === 'running')
      await started
      await supervisor.stop([])
    })
  },
)

test('a service that is told to stop while it waits for secrets asks for none any more', options, async (t) => {
  const { scene, vault } = await whoseSourceIsAway(t)
  await scene.supervise(async (supervisor) => {
    const started = supervisor.start(await scene.load(), [])
    await until(() => vault.asked().length > 0)
    await supervisor.stop([])
    await started
    await supervisor.rest()
    assert.deepEqual(stateOf(supervisor, 'api.1').secrets, undefined)
  })
})

test('what runs before the start is given the secrets too', options, async (t) => {
  const scene = await aSecretScene(t)
  const vault = scene.source('vault')
  vault.gives({ secrets: { password: 'hunter2-canary' } })
  const command = [
    '/bin/sh',
    '-c',
    'cat "$CREDENTIALS_DIRECTORY/password" >>"$0/seen"; echo " $1 $PW" >>"$0/seen"',
    scene.folder,
  ]
  scene.write({
    job: {
      command,
      preflight: [{ tool: 'run-service', args: ['preflight'] }],
      init: [{ tool: 'run-service', args: ['init'] }],
      secrets: [vault.item({ environment: { PW: 'password' } })],
    },
  })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await supervisor.rest()
  })
  const each = (word: string) => `hunter2-canary ${word} hunter2-canary\n`
  assert.equal(scene.text('seen'), each('preflight') + each('init') + each(''))
})

const LATER = '2099-01-01T00:00:00Z'

const TOLD: readonly (readonly [rule: string, script: string, starts: number, seen: string])[] = [
  ['restart', 'cat "$CREDENTIALS_DIRECTORY/a" >>"$0/seen"; exec sleep 600', 2, 'oldnew'],
  [
    'SIGHUP',
    'trap \'cat "$CREDENTIALS_DIRECTORY/a" >>"$0/seen"\' HUP; cat "$CREDENTIALS_DIRECTORY/a" >>"$0/seen"; while :; do sleep 0.02; done',
    1,
    'oldnew',
  ],
  ['nothing', 'cat "$CREDENTIALS_DIRECTORY/a" >>"$0/seen"; exec sleep 600', 1, 'old'],
]

for (const [rule, script, starts, seen] of TOLD)
  test(`with \`on_change: ${rule}\` a service hears of new secrets so`, options, async (t) => {
    const scene = await aSecretScene(t)
    const vault = scene.source('vault')
    vault.gives({ secrets: { a: 'old', gone: 'x' } })
    const item = vault.item({ on_change: rule, refresh: '1s' })
    scene.write({ api: { ...scene.script(`echo x >>"$0/starts"; ${script}`), secrets: [item] } })
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      await until(() => scene.text('seen') === 'old')
      vault.gives({ secrets: { a: 'new' } })
      await until(() => scene.folders().read('api')?.a === 'new')
      await until(() => scene.text('seen') === seen && stateOf(supervisor, 'api.1').state === 'running')
      assert.deepEqual(scene.folders().read('api'), { a: 'new' })
      assert.equal(scene.text('starts'), 'x\n'.repeat(starts))
      assert.equal(stateOf(supervisor, 'api.1').failures, 0)
      await supervisor.stop([])
    })
  })

test('a lease is renewed before its end, and what stays the same is told nobody', options, async (t) => {
  const scene = await aSecretScene(t)
  const vault = scene.source('vault')
  const lease = { id: 'database/creds/api/1', durationMs: 1000 }
  vault.gives({ secrets: { a: 'b' }, expires: LATER, refreshAfterMs: 1000, renewable: true, lease })
  scene.write({ api: { ...scene.script(IDLE), secrets: [vault.item()] } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    const { pid } = stateOf(supervisor, 'api.1')
    vault.gives({ renewed: true, expires: LATER, renewable: true })
    await until(() => vault.asked().length >= 2)
    assert.deepEqual(
      vault
        .asked()
        .slice(0, 2)
        .map((question) => question.lease),
      [undefined, lease],
    )
    assert.deepEqual(scene.folders().read('api'), { a: 'b' })
    assert.equal(stateOf(supervisor, 'api.1').pid, pid)
    await supervisor.stop([])
  })
})

test('a source that is away when secrets end warns, and the service goes on beyond that', options, async (t) => {
  const scene = await aSecretScene(t)
  const vault = scene.source('vault')
  const item = { tool: 'gives-secrets', args: { ...vault.item().args, token: TOKEN }, on_change: 'nothing' }
  vault.gives({ secrets: { a: 'old' }, expires: '@SOON@' })
  scene.write({ api: { ...scene.script(IDLE), restart: 'always', secrets: [item] } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    vault.says('retry', { summary: `the server is away, ${TOKEN}` })
    const secretsOf = () => stateOf(supervisor, 'api.1').secrets
    // On a busy machine they may end before the source was asked again.
    await until(() => /the server is away, \*\*\*$/.test(secretsOf()?.reason ?? ''))
    await until(() => secretsOf()?.state === 'expired')
    const { pid, state } = stateOf(supervisor, 'api.1')
    assert.equal(state, 'running')
    assert.deepEqual(scene.folders().read('api'), { a: 'old' })
    // What ends by itself is not started with what is over.
    process.kill(pid as number, 'SIGKILL')
    await until(() => stateOf(supervisor, 'api.1').state === 'waiting')
    vault.gives({ secrets: { a: 'new' } })
    await until(() => stateOf(supervisor, 'api.1').state === 'running')
    assert.deepEqual([secretsOf(), scene.folders().read('api')], [{ state: 'good' }, { a: 'new' }])
    await supervisor.stop([])
  })
})
