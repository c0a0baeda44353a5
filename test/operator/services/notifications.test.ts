// Mails about services that are real programs, by the real plugin, from a real supervisor; and that nothing which happens to
// them is felt by the services.
import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { statusNotes } from '../../../operator/services/status/render-status.ts'
import { projectStatus, serve } from '../../../operator/services/supervise.ts'
import { identityOf } from '../../../system/process/identity.ts'
import { until } from '../../support/machine/until.ts'
import { aBundledPlugin } from '../../support/operator/bundled-plugin.ts'
import { aServiceScene, stateOf } from '../../support/operator/service-scene.ts'
import type { SmtpScript } from '../../support/peers/smtp-server.ts'
import { smtpServer } from '../../support/peers/smtp-server.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

async function aMailScene(t: TestContext, script: SmtpScript = {}, given: object = {}) {
  const heard = await smtpServer(t, { offers: ['AUTH PLAIN'], ...script })
  const mail = {
    ...{ notifier: 'smtp', group: '0s' },
    args: {
      ...{ server: '127.0.0.1', port: heard.port, tls: 'none', from: 'octo@shop.example', to: ['ops@shop.example'] },
      ...{ username: 'ops', password: 'hunter2-and-more' },
    },
    ...given,
  }
  const smtp = await aBundledPlugin(t, 'smtp')
  const config = { name: 'shop', operator: { notifications: [mail] } }
  const scene = await aServiceScene(t, {}, { smtp })
  return { heard, scene: { ...scene, write: (services: Record<string, object>) => scene.write(services, config) } }
}

const field = (mail: string | undefined, name: string) =>
  new RegExp(`^${name}: (.*)$`, 'm').exec(mail ?? '')?.[1]?.trim()
const bodyOf = (mail = '') => mail.split('\r\n\r\n').slice(1).join('\r\n\r\n')

/** Passes as soon as it is looked at. */
const HEALTH = [{ tool: 'says', args: ['fine', '', '0'], interval: '10ms' }]

test('a service that is killed is a mail, and one that answers it says that it is well again', options, async (t) => {
  const { heard, scene } = await aMailScene(t)
  scene.write({ web: { ...scene.script('exec sleep 600'), restart: 'always', health: HEALTH } })
  await scene.supervise(async (supervisor, { notifications }) => {
    await supervisor.start(await scene.load(), [])
    process.kill(stateOf(supervisor, 'web.1').pid ?? 0, 'SIGKILL')
    await until(() => notifications.status()[0]?.delivered === 2)
    await supervisor.stop([])
  })
  const [crashed, well] = heard.mails
  assert.equal(field(crashed, 'Subject'), '[shop] web crashed')
  assert.match(bodyOf(crashed), /^web\.1: crashed: ended by SIGKILL; it is tried again\r?\n/)
  assert.match(
    bodyOf(crashed),
    /\r\n\r\nTo look at it, as .*:\r\nocto status web --config \S+\r\nocto logs --tail 20 web --config \S+\/octo\.yaml\r\n/,
  )
  assert.equal(field(well, 'Subject'), '[shop] web is well again')
  assert.equal(field(well, 'In-Reply-To'), field(crashed, 'Message-ID'))
  assert.deepEqual(heard.breaches, [])
  const kept = readFileSync(scene.project.places.notifications, 'utf8')
  for (const text of [...heard.mails.map(bodyOf), kept, ...scene.logged]) assert.equal(text.includes('hunter2'), false)
  assert.equal(statSync(scene.project.places.notifications).mode & 0o777, 0o600)
})

test(
  'a mail server that is away is a warning of the status, and the next supervisor sends the same mail',
  options,
  async (t) => {
    let isAway = true
    const answer = (line: string) => (isAway && line === '.' ? '451 4.3.0 not now, hunter2-and-more\r\n' : undefined)
    const { heard, scene } = await aMailScene(t, { answer })
    scene.write({ web: { ...scene.script('exec sleep 600'), restart: 'always', health: HEALTH } })
    await scene.supervise(async (supervisor, { project, notifications }) => {
      await supervisor.start(await scene.load(), [])
      const { pid = 0 } = stateOf(supervisor, 'web.1')
      process.kill(pid, 'SIGKILL')
      await until(() => notifications.status()[0]?.trouble !== undefined)
      await until(() => notifications.status()[0]?.waiting === 2)
      assert.notEqual(stateOf(supervisor, 'web.1').pid, pid)
      const notes = statusNotes(projectStatus(project, supervisor.status(), notifications.status()))
      assert.match(notes.join('\n'), /^notifier `smtp` does not deliver \(2 events wait\): .*451 4\.3\.0 not now/)
      assert.doesNotMatch(`${notes}${scene.logged}`, /hunter2/)
    })
    isAway = false
    await scene.supervise(async (supervisor, { notifications }) => {
      await supervisor.start(await scene.load(), [])
      await until(() => notifications.status()[0]?.delivered === 2)
      assert.deepEqual(notifications.status(), [{ notifier: 'smtp', delivered: 2, waiting: 0, lost: 0 }])
      await supervisor.stop([])
    })
    const ids = heard.mails.map((mail) => field(mail, 'Message-ID'))
    // The refused one may have been tried more than twice.
    assert.equal(new Set(ids.slice(0, -1)).size, 1)
    assert.ok(ids.length > 2)
    assert.equal(field(heard.mails.at(-1), 'In-Reply-To'), ids[0])
  },
)

test('what is to be told when nothing runs any more is told before the supervisor ends', options, async (t) => {
  const { heard, scene } = await aMailScene(t, {}, { group: '1h', subject: '{{.project}}/{{.service}} {{.kind}}' })
  scene.write({ web: scene.script('exit 3'), api: scene.script('exit 4') })
  await scene.supervise(async (_, taken) => {
    await serve(taken, {
      load: scene.load,
      openOthers: async () => ({ load: (service) => scene.load([service]), async [Symbol.asyncDispose]() {} }),
      begin: { v: 1, do: 'start', services: [] },
      signal: new AbortController().signal,
    })
  })
  assert.equal(heard.mails.length, 1)
  assert.equal(field(heard.mails[0], 'Subject'), 'shop/ crashed')
  assert.match(bodyOf(heard.mails[0]), /web\.1: crashed: exited with 3/)
  assert.match(bodyOf(heard.mails[0]), /api\.1: crashed: exited with 4/)
})

test('what is wrong with a service is over when the config has it no more', options, async (t) => {
  const { heard, scene } = await aMailScene(t)
  const db = scene.script('exec sleep 600')
  scene.write({ web: scene.script('exit 3'), db })
  await scene.supervise(async (supervisor, { notifications }) => {
    await supervisor.start(await scene.load(), [])
    await until(() => notifications.status()[0]?.delivered === 1)
    scene.write({ db })
    await supervisor.apply({ ...(await scene.load()), isPartial: false }, () => true)
    await until(() => notifications.status()[0]?.delivered === 2)
    await supervisor.stop([])
  })
  assert.equal(field(heard.mails[1], 'In-Reply-To'), field(heard.mails[0], 'Message-ID'))
})

const UNSEEN: readonly (readonly [what: string, script: string])[] = [
  ['ended', 'exec sleep 600'],
  ['ended, and left a process of its own,', 'sleep 600 & exec sleep 600'],
]
for (const [what, script] of UNSEEN)
  test(`what ${what} while nobody watched is told by the next supervisor`, options, async (t) => {
    const { heard, scene } = await aMailScene(t)
    scene.write({ web: { ...scene.script(script), restart: 'always', stop: { timeout: '200ms' } } })
    const pid = await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      return stateOf(supervisor, 'web.1').pid ?? 0
    })
    process.kill(pid, 'SIGKILL')
    // Whom it is still there for adopts it, and starts it again instead.
    await until(() => identityOf(pid) === undefined)
    await scene.supervise(async (supervisor, { notifications }) => {
      await until(() => stateOf(supervisor, 'web.1').state === 'stopped')
      await supervisor.start(await scene.load(), [])
      await until(() => (notifications.status()[0]?.delivered ?? 0) > 0)
      await supervisor.stop([])
    })
    assert.match(bodyOf(heard.mails[0]), /web\.1: crashed: ended in an unknown way, while nobody watched/)
  })
