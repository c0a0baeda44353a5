// How secrets reach a service: as files, as variables and in its config, and what cannot be handed over.
import assert from 'node:assert/strict'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readJournal } from '../../../../operator/services/journal/journal.ts'
import { secretsOfAll } from '../../../../operator/services/secrets/secret-folders.ts'
import { isInMemory } from '../../../../system/files/memory.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { until } from '../../../support/machine/until.ts'
import { aSecretScene } from '../../../support/operator/secret-scene.ts'
import { stateOf } from '../../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

const IDLE = 'echo x >>"$0/starts"; exec sleep 600'
const COPY = 'cp -r "$CREDENTIALS_DIRECTORY" "$0/copy"; env >"$0/env"; exec sleep 600'

test(
  'a service finds its secrets as files of its user alone, and what it declares as variables',
  options,
  async (t) => {
    const scene = await aSecretScene(t)
    const vault = scene.source('vault')
    vault.gives({ secrets: { password: 'hunter2-canary', user: 'shop' } })
    scene.write({ api: { ...scene.script(COPY), secrets: [vault.item({ environment: { DB_PASSWORD: 'password' } })] } })
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      await until(() => scene.text('env') !== '')
      const found = /^CREDENTIALS_DIRECTORY=(.*)$/m.exec(scene.text('env'))?.[1] ?? ''
      assert.equal(lstatSync(found).mode & 0o777, 0o700)
      assert.deepEqual(readdirSync(found).sort(), ['password', 'user'])
      for (const name of readdirSync(found)) assert.equal(lstatSync(`${found}/${name}`).mode & 0o777, 0o400)
      assert.equal(scene.text('copy/password'), 'hunter2-canary')
      assert.match(scene.text('env'), /^DB_PASSWORD=hunter2-canary$/m)
      assert.doesNotMatch(scene.text('env'), /^user=/m)
      if (isInMemory('/dev/shm')) assert.ok(isInMemory(found))
      assert.deepEqual(stateOf(supervisor, 'api.1').secrets, { state: 'good' })
      const { env } = await supervisor.surroundingsOf('api')
      assert.deepEqual([env.DB_PASSWORD, env.CREDENTIALS_DIRECTORY], ['hunter2-canary', found])
      await supervisor.stop([])
      await expectCodeAsync('USAGE', () => supervisor.surroundingsOf('api'))
      assert.equal(existsSync(found), false)
      assert.equal(secretsOfAll(scene.project.places).size, 0)
    })
  },
)

test(
  'secrets stand in the config of a service where it says so, and new ones are written there too',
  options,
  async (t) => {
    const scene = await aSecretScene(t)
    const vault = scene.source('vault')
    vault.gives({ secrets: { password: 'old', user: 'shop' } })
    const item = vault.item({ values: { 'db.password': 'password' }, refresh: '1s', on_change: 'SIGHUP' })
    const script =
      'trap \'cp "$2" "$0/config"\' HUP; cp "$2" "$0/config"; echo "$2" >"$0/place"; while :; do sleep 0.02; done'
    scene.write(
      { api: { ...scene.script(script), config: { file: 'json' }, secrets: [item] } },
      { configs: { api: { db: { user: 'shop' }, port: 80 } } },
    )
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      const config = (password: string) => ({ db: { user: 'shop', password }, port: 80 })
      const seen = () => JSON.parse(scene.text('config') || 'null')
      await until(() => scene.text('place') !== '')
      assert.deepEqual(seen(), config('old'))
      assert.equal(lstatSync(scene.text('place').trim()).mode & 0o777, 0o400)
      assert.deepEqual(scene.folders().read('api'), { password: 'old', user: 'shop' })
      vault.gives({ secrets: { password: 'new', user: 'shop' } })
      await until(() => scene.text('config').includes('new'))
      assert.deepEqual(seen(), config('new'))
      await supervisor.stop([])
      assert.equal(existsSync(scene.text('place').trim()), false)
    })
  },
)

const UNUSABLE: readonly (readonly [what: string, secrets: Record<string, string>, more: object, reason: RegExp])[] = [
  [
    'a name that its source has not',
    { a: 'x' },
    { environment: { PW: 'password' } },
    /gives no `password`, which `PW` is for/,
  ],
  ['a place below a text', { password: 'canary' }, { values: { 'port.x': 'password' } }, /`port\.x` in the config/],
]

for (const [what, secrets, more, reason] of UNUSABLE)
  test(`what names ${what} keeps the service from starting, and the secret to itself`, options, async (t) => {
    const scene = await aSecretScene(t)
    const vault = scene.source('vault')
    vault.gives({ secrets })
    const api = { ...scene.script(IDLE), config: { file: 'json' }, secrets: [vault.item(more)] }
    scene.write({ api }, { configs: { api: { port: 80 } } })
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      assert.equal(stateOf(supervisor, 'api.1').state, 'failed')
      assert.match(stateOf(supervisor, 'api.1').reason ?? '', reason)
      assert.equal(scene.logged.join('\n').includes('canary'), false)
      assert.equal(scene.folders().read('api'), undefined)
    })
    assert.equal(scene.text('starts'), '')
  })

test('of two sources the later counts for a name, and the log names both', options, async (t) => {
  const scene = await aSecretScene(t)
  const [common, own] = [scene.source('common'), scene.source('own')]
  common.gives({ secrets: { a: 'common', b: 'common' } })
  own.gives({ secrets: { b: 'own' } })
  scene.write({ api: { ...scene.script(IDLE), secrets: [common.item(), own.item()] } })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    assert.deepEqual(scene.folders().read('api'), { a: 'common', b: 'own' })
    assert.ok(
      scene.logged.includes(
        'api: `b` is given by `gives-secrets` (source 1) and by `gives-secrets` (source 2), which counts',
      ),
    )
    await supervisor.stop([])
  })
})

test('another login is no other config, and no mark of one is written down', options, async (t) => {
  const scene = await aSecretScene(t)
  const vault = scene.source('vault')
  vault.gives({ secrets: { a: 'b' } })
  const { args } = vault.item()
  const journals: string[] = []
  await scene.supervise(async (supervisor) => {
    for (const token of ['hvs.first', 'hvs.second']) {
      scene.write({ api: { ...scene.script(IDLE), secrets: [{ tool: 'gives-secrets', args: { ...args, token } }] } })
      await supervisor.start(await scene.load(), [])
      assert.equal(stateOf(supervisor, 'api.1').differs, undefined)
      journals.push(
        [...readJournal(scene.project.places.journal).services.values()].map((one) => JSON.stringify(one)).join(),
      )
    }
    scene.write({ api: { ...scene.script(IDLE), secrets: [vault.item({ on_change: 'nothing' })] } })
    await supervisor.start(await scene.load(), [])
    assert.equal(stateOf(supervisor, 'api.1').differs, true)
    await supervisor.stop([])
  })
  assert.equal(journals[0], journals[1])
})

test(
  'a core file of whoever supervises holds no memory, and that of a service what it held before',
  options,
  async (t) => {
    const scene = await aSecretScene(t)
    const filterOf = (process: number | string) => readFileSync(`/proc/${process}/coredump_filter`, 'utf8')
    const before = filterOf('self')
    scene.write({ api: scene.script(IDLE) })
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      assert.equal(filterOf('self'), '00000000\n')
      assert.equal(filterOf(stateOf(supervisor, 'api.1').pid as number), before)
      await supervisor.stop([])
    })
    assert.equal(filterOf('self'), before)
  },
)
