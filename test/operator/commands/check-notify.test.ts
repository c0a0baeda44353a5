// `octo check --notify`: whoever the config names is told of what changed since the last run, by plugins from a registry.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { Notification } from '../../../schemas/contract/notification.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const forUnix = (body: string) =>
  Object.fromEntries(
    ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64'].map((platform) => [
      platform,
      Buffer.from(`#!/bin/sh\n${body}\n`),
    ]),
  )

/** Passes while there is a file `up`. */
const CHECK = 'if [ -e "$HOME/up" ]; then echo listens; else echo nothing listens; exit 2; fi'
/** Notes what it is given; while there is a file `away` it takes nothing. */
const PAGER = `cat >> "$HOME/told"
if [ -e "$HOME/away" ]; then echo '{"v":1,"status":"retry","summary":"no network"}'; exit 75; fi
echo '{"v":1,"status":"ok","summary":"sent"}'`

async function aPlace(t: TestContext, notifications: string) {
  const key = issueKey()
  const registry = await startStaticRegistry(
    t,
    await Promise.all([
      aRelease(key, { plugin: 'up', manifest: { output: 'nagios' }, platforms: forUnix(CHECK) }),
      aRelease(key, { plugin: 'pager', manifest: { output: 'notify/v1', input: 'json' }, platforms: forUnix(PAGER) }),
    ]),
  )
  const folder = tempFolder(t)
  const repo = `{url: "${registry.url()}", keys: ["${publicKeyLine(key.trustKey)}"]}`
  const write = (services = '{web: {health: [{tool: up, failureThreshold: 1, interval: 20ms}]}}') =>
    writeFileSync(
      join(folder, 'octo.yaml'),
      `name: shop\noperator: {repos: {core: ${repo}}, ${notifications}}\nservices: ${services}\n`,
    )
  write()
  const path = (name: string) => join(folder, name)
  const env = { OCTO_HOME: path('store'), XDG_STATE_HOME: path('state') }
  return {
    write,
    check: (...words: string[]) => octoIn({ cwd: folder, env }, ['check', ...words]),
    set: (name: string, isThere: boolean) =>
      isThere ? writeFileSync(path(name), '') : rmSync(path(name), { force: true }),
    told: (): Notification[] =>
      existsSync(path('told'))
        ? readFileSync(path('told'), 'utf8')
            .split('\n')
            // The last one may be on its way.
            .slice(0, -1)
            .map((line) => JSON.parse(line).notification)
        : [],
  }
}

test('what changed since the last run is told, under the same id until it is delivered', async (t) => {
  const { check, set, told } = await aPlace(t, 'notifications: [{notifier: pager}]')
  const kinds = () => told().map(({ kind }) => kind)
  assert.equal((await check()).code, 1)
  assert.deepEqual(told(), [], 'nothing is told by a run that is not asked to')
  for (const _ of [1, 2]) assert.equal((await check('--notify')).code, 1)
  assert.deepEqual(kinds(), ['failed'])
  const [first] = told()
  assert.deepEqual([first?.project, first?.service, first?.check, first?.status], ['shop', 'web', 'up', 'critical'])
  assert.match(
    first?.message ?? '',
    /^web: up: critical: nothing listens\n\nTo look at it, as \S+ on \S+:\nocto check web --config \/\S+\.yaml$/,
  )
  set('up', true)
  assert.equal((await check('--notify')).code, 0)
  assert.deepEqual(kinds(), ['failed', 'resolved'])
  assert.equal(told()[1]?.follows, first?.id)
  assert.doesNotMatch(told()[1]?.message ?? '', /octo check/, 'what is over asks for nobody who looks')
  set('up', false)
  set('away', true)
  const away = await check('--notify')
  assert.match(away.stderr, /notifier `pager` does not deliver \(1 event waits\): no network/)
  assert.equal(away.code, 1, 'of the checks')
  set('away', false)
  const again = await check('--notify', '--json')
  assert.equal(again.stderr, '')
  assert.equal(typeof JSON.parse(again.stdout), 'object')
  assert.deepEqual(kinds().slice(2), ['failed', 'failed'])
  assert.equal(told()[2]?.id, told()[3]?.id)
})

test('without anybody to tell it is an error, and with what is no notifier a warning', async (t) => {
  const nobody = await aPlace(t, 'plugins: {}')
  const refused = await nobody.check('--notify')
  assert.equal(refused.code, 78)
  assert.match(refused.stderr, /CONFIG_INVALID.*names nobody to tell/)
  const { check, set } = await aPlace(t, 'notifications: [{notifier: up}]')
  set('up', true)
  const { code, stderr } = await check('--notify')
  assert.equal(code, 0)
  assert.match(stderr, /notifier `up` does not deliver: plugin `up` is no notifier: its output is `nagios`/)
})

test('a check that is switched off or taken away is over for those who were told of it', async (t) => {
  const { check, set, write, told } = await aPlace(t, 'notifications: [{notifier: pager, services: [web]}]')
  const kinds = () => told().map(({ kind }) => kind)
  const other = 'other: {health: [{tool: up, failureThreshold: 1}]}'
  const web = `{web: {health: [{tool: up, failureThreshold: 1}]}, ${other}}`
  const gone = [`{web: {health: [{tool: up, enabled: false}]}, ${other}}`, `{web: {preflight: [{tool: up}]}, ${other}}`]
  for (const services of gone) {
    const before = kinds().length
    write(web)
    set('up', false)
    await check('--notify')
    await check('--notify', 'other')
    assert.deepEqual(kinds().slice(before), ['failed'], 'of a service that was not asked about nothing is over')
    write(services)
    await check('--notify')
    const said = told()
      .slice(before + 1)
      .map(({ message }) => message)
    assert.match(said.join('\n'), /is not checked any more/, services)
    write(web)
    set('up', true)
    await check('--notify')
  }
})

test('while checks go on and on each change is told, and what waits when they end', async (t) => {
  const { check, set, told } = await aPlace(t, 'notifications: [{notifier: pager, group: 0s}]')
  const ended = check('--watch', '--notify', '--json')
  try {
    await until(() => told().length === 1)
    set('up', true)
    await until(() => told().length === 2)
  } finally {
    // Ends what waits for signals in this process, and not the tests.
    process.emit('SIGHUP', 'SIGHUP')
  }
  assert.equal((await ended).code, 0)
  assert.deepEqual(
    told().map(({ kind }) => kind),
    ['failed', 'resolved'],
  )
})
