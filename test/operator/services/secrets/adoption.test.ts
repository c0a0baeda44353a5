// What becomes of secrets when a supervisor is killed: running services keep theirs, the next supervisor asks for them anew, and what
// is left of services that ended is removed.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { openSecretFolders } from '../../../../operator/services/secrets/secret-folders.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { until } from '../../../support/machine/until.ts'
import { aSecretScene } from '../../../support/operator/secret-scene.ts'
import { stateOf } from '../../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

const IDLE = 'echo x >>"$0/starts"; printf %s "$CREDENTIALS_DIRECTORY" >"$0/place"; exec sleep 600'

test('the next supervisor asks anew, and leaves a service alone whose secrets are the same', options, async (t) => {
  const scene = await aSecretScene(t)
  const vault = scene.source('vault')
  vault.gives({ secrets: { a: 'same' } })
  scene.write({ api: { ...scene.script(IDLE), secrets: [vault.item()] } })
  const pid = await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => scene.text('place') !== '')
    return stateOf(supervisor, 'api.1').pid
  })
  assert.equal(existsSync(join(scene.text('place'), 'a')), true, 'it keeps its secrets while nobody supervises it')
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => vault.asked().length === 2 && stateOf(supervisor, 'api.1').secrets?.state === 'good')
    assert.equal(stateOf(supervisor, 'api.1').pid, pid)
    vault.gives({ secrets: { a: 'same' } })
    await supervisor.stop([])
  })
  assert.equal(scene.text('starts'), 'x\n')
  assert.equal(existsSync(scene.text('place')), false)
})

test(
  'secrets that changed while nobody supervised reach the service, and their source away costs nothing',
  options,
  async (t) => {
    const scene = await aSecretScene(t)
    const vault = scene.source('vault')
    vault.gives({ secrets: { a: 'old' } })
    scene.write({ api: { ...scene.script(IDLE), secrets: [vault.item()] } })
    await scene.supervise(async (supervisor) => supervisor.start(await scene.load(), []))
    vault.says('failed', { reason: 'denied' })
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      await until(() => stateOf(supervisor, 'api.1').secrets?.state === 'stale')
      assert.deepEqual(scene.folders().read('api'), { a: 'old' })
      assert.equal(stateOf(supervisor, 'api.1').state, 'running')
    })
    vault.gives({ secrets: { a: 'new' } })
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      await until(() => scene.text('starts') === 'x\nx\n')
      assert.deepEqual(scene.folders().read('api'), { a: 'new' })
      await supervisor.stop([])
    })
  },
)

test('what a killed supervisor left of services that ended meanwhile is removed', options, async (t) => {
  const scene = await aSecretScene(t)
  const vault = scene.source('vault')
  vault.gives({ secrets: { a: 'b' } })
  const service = { ...scene.script(IDLE), secrets: [vault.item()] }
  scene.write({ api: service, web: service })
  const pid = await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    return stateOf(supervisor, 'api.1').pid as number
  })
  process.kill(pid, 'SIGKILL')
  await scene.supervise(async (supervisor) => {
    await until(() => scene.folders().read('api') === undefined)
    assert.deepEqual(scene.folders().read('web'), { a: 'b' })
    await supervisor.stop([])
    assert.equal(scene.folders().read('web'), undefined)
  })
})

test('a folder that others can enter is no place for secrets, and nothing in it is touched', options, async (t) => {
  const scene = await aSecretScene(t)
  const foreign = scene.path('foreign')
  mkdirSync(join(foreign, 'api'), { recursive: true, mode: 0o755 })
  writeFileSync(join(foreign, 'api', 'a'), 'planted')
  const { places } = scene.project
  mkdirSync(places.state, { recursive: true, mode: 0o700 })
  writeFileSync(places.secrets, foreign)
  scene.folders().removeOthers(new Set())
  assert.equal(scene.folders().read('api'), undefined)
  assert.notEqual(scene.folders().write('api', { a: 'b' }).startsWith(foreign), true)
  assert.equal(existsSync(join(foreign, 'api', 'a')), true)
  scene.folders().removeOthers(new Set())
  assert.equal(scene.folders().read('api'), undefined)
})

test('what a service says that was left running is searched for the secrets that it was given', options, async (t) => {
  const scene = await aSecretScene(t)
  const vault = scene.source('vault')
  vault.gives({ secrets: { a: 'same-canary' } })
  const health = [{ tool: 'says', args: ['', 'it is same-canary', '1'], interval: '10ms', failureThreshold: 1 }]
  scene.write({ api: { ...scene.script(IDLE), secrets: [vault.item()], health, start_period: '0s' } })
  await scene.supervise(async (supervisor) => supervisor.start(await scene.load(), []))
  vault.says('retry')
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    assert.match(stateOf(supervisor, 'api.1').reason ?? '', /health `says` is critical: it is \*\*\*$/)
    await supervisor.stop([])
  })
})

test('one that no config names any more is not started again without its secrets', options, async (t) => {
  const scene = await aSecretScene(t)
  const vault = scene.source('vault')
  vault.gives({ secrets: { a: 'b' } })
  const web = scene.script('exec sleep 600')
  scene.write({ api: { ...scene.script(IDLE), restart: 'on-failure', secrets: [vault.item()] }, web })
  const pid = await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => scene.text('starts') === 'x\n')
    return stateOf(supervisor, 'api.1').pid as number
  })
  scene.write({ web })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    process.kill(pid, 'SIGKILL')
    await until(() => stateOf(supervisor, 'api.1').failures > 1)
    assert.equal(stateOf(supervisor, 'web.1').state, 'running')
    await supervisor.stop([])
  })
  assert.equal(scene.text('starts'), 'x\n')
})

test('a folder above that others can write into is no place for secrets', options, async (t) => {
  const { project } = await aSecretScene(t)
  const { places } = project
  mkdirSync(places.state, { recursive: true, mode: 0o700 })
  const name = `octo-services-${process.getuid?.()}`
  for (const open of [name, join(name, 'secrets')]) {
    const temporary = tempFolder(t)
    mkdirSync(join(temporary, name, 'secrets'), { recursive: true, mode: 0o700 })
    chmodSync(join(temporary, open), 0o777)
    const folders = openSecretFolders(places, { TMPDIR: temporary }, [])
    assert.throws(() => folders.write('api', { a: 'b' }), /is not this user's alone/)
    const planted = join(temporary, name, 'secrets', places.key, 'api')
    mkdirSync(planted, { recursive: true, mode: 0o700 })
    writeFileSync(join(planted, 'a'), 'planted')
    writeFileSync(places.secrets, dirname(planted))
    assert.equal(openSecretFolders(places, { TMPDIR: temporary }, []).read('api'), undefined)
    openSecretFolders(places, { TMPDIR: temporary }, []).removeOthers(new Set())
    assert.equal(existsSync(join(planted, 'a')), true)
  }
})

test('one that was adopted and ends fails where its source refuses, and does not wait for it', options, async (t) => {
  const scene = await aSecretScene(t)
  const vault = scene.source('vault')
  vault.gives({ secrets: { a: 'old' } })
  scene.write({ api: { ...scene.script(IDLE), restart: 'on-failure:1', secrets: [vault.item()] } })
  const pid = await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    return stateOf(supervisor, 'api.1').pid as number
  })
  vault.says('failed', { reason: 'denied' })
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    await until(() => stateOf(supervisor, 'api.1').secrets?.state === 'stale')
    process.kill(pid, 'SIGKILL')
    await supervisor.rest()
    const { state, reason } = stateOf(supervisor, 'api.1')
    assert.equal(state, 'gave-up')
    assert.match(reason ?? '', /secrets are not there: .*, and failed 2 times in a row/)
  })
})
