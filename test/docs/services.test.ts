// The example of docs/SERVICES.md, started and stopped as the page says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { FIELDS } from '../../config/document/fields.ts'
import { isCoded } from '../../schemas/errors.ts'
import { readFiles } from '../support/machine/config-files.ts'
import { blocksOfKind, readDocument, tableRows } from '../support/octo/document-blocks.ts'
import { aServiceScene, stateOf } from '../support/operator/service-scene.ts'

const PAGE = 'docs/SERVICES.md'
const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

test('the example comes up in its order, and stops', options, async (t) => {
  const [text = ''] = blocksOfKind(PAGE, 'services')
  const scene = await aServiceScene(t, (parse(text) as { services: Record<string, object> }).services)
  await scene.supervise(async (supervisor) => {
    await supervisor.start(await scene.load(), [])
    assert.deepEqual(
      supervisor.status().map(({ instance, state }) => [instance, state]),
      [
        ['migrate.1', 'completed'],
        ['api.1', 'running'],
        ['web.1', 'running'],
        ['web.2', 'running'],
      ],
    )
    await supervisor.stop([])
    assert.equal(stateOf(supervisor, 'api.1').state, 'stopped')
  })
})

test('the secrets of the page come from where it says', async (t) => {
  const [text = ''] = blocksOfKind(PAGE, 'secrets')
  const { services, warnings } = await readFiles(t, { 'octo.yaml': text }, { env: { VAULT_TOKEN: 'hvs.x' } })
  const spec = services[0]?.spec
  assert.ok(spec && !isCoded(spec))
  const address = 'https://vault.example.com:8200'
  assert.deepEqual(
    spec.secrets.map(({ arguments: given, environment, values, onChange }) => [
      given.value,
      environment,
      values,
      onChange,
    ]),
    [
      [
        { address, token: 'hvs.x', path: 'secret/api' },
        { DB_PASSWORD: 'password' },
        { 'smtp.password': 'mail_password' },
        'SIGHUP',
      ],
    ],
  )
  assert.deepEqual(warnings, [])
})

test('the notifiers of the page are read as it says, and all of their keys are named', async (t) => {
  const [text = ''] = blocksOfKind(PAGE, 'notifications')
  const config = await readFiles(
    t,
    { 'octo.yaml': `services: {api: {command: [/bin/api]}}\n${text}` },
    { env: { SMTP_PASSWORD: 'x' } },
  )
  assert.deepEqual(
    config.notifiers?.map(({ name, severity, limit }) => [name, severity, limit.count]),
    [
      ['smtp', 'warning', 20],
      ['smtp-2', 'info', 5],
    ],
  )
  const keys = tableRows(PAGE, '## Telling people').flatMap(([cell = '']) => [...cell.matchAll(/`(\w+)/g)])
  for (const [, key = ''] of keys) assert.ok(key in FIELDS.notification, key)
})

test('the keys of the page are keys of the config', () => {
  const keys = tableRows(PAGE, '## What is run').flatMap(([cell = '']) =>
    [...cell.matchAll(/`(\w+)/g)].map(([, key = '']) => key),
  )
  assert.ok(keys.length > 10)
  for (const key of keys) assert.ok(key in FIELDS.service, key)
})

test('the limits of the page are read as it says', async (t) => {
  const [text = ''] = blocksOfKind(PAGE, 'limits')
  const { services, warnings } = await readFiles(t, { 'octo.yaml': text })
  const spec = services[0]?.spec
  assert.ok(spec && !isCoded(spec))
  assert.deepEqual(spec.limits, { memoryBytes: 512 * 1024 * 1024, cpus: 1.5, processes: 100, openFiles: 1024 })
  assert.deepEqual(warnings, [])
})

test('the page shows where measures can be asked for as it is read', async (t) => {
  const [text = ''] = blocksOfKind(PAGE, 'metrics')
  const { metrics, warnings } = await readFiles(t, { 'octo.yaml': text })
  assert.deepEqual([metrics, warnings], [{ host: '127.0.0.1', port: 9464 }, []])
})

test('the page names every kind of event and every measure that there is', () => {
  const page = readDocument(PAGE)
  const sources = ['operator/services/events/event.ts', 'operator/services/metrics/families.ts'].map(readDocument)
  const kinds = /type EventKind =([\s\S]*?)\n\n/.exec(sources[0] ?? '')?.[1]?.match(/'[a-z-]+'/g) ?? []
  const measures = sources[1]?.match(/'octo_[a-z_]+'/g) ?? []
  assert.ok(kinds.length > 15 && measures.length > 30)
  for (const name of [...kinds, ...measures]) assert.ok(page.includes(name.slice(1, -1)), name)
  const [event = ''] = blocksOfKind(PAGE, 'event')
  assert.equal(JSON.parse(event).v, 1)
})

test('the programs from elsewhere are read as the page says', async (t) => {
  const [text = ''] = blocksOfKind(PAGE, 'sources')
  const whole = text
    .replaceAll(/sha256:77af…/g, `sha256:${'7'.repeat(64)}`)
    .replaceAll(/sha256: [0-9a-f]+…/g, `sha256: ${'a5'.repeat(32)}`)
    .replaceAll(/ref: [0-9a-f]+…/g, `ref: ${'c2'.repeat(20)}`)
  const { services, warnings } = await readFiles(t, { 'octo.yaml': whole })
  const sources = services.map(({ spec }) =>
    isCoded(spec) || spec.program.kind !== 'file' ? spec : spec.program.source.kind,
  )
  assert.deepEqual(sources, ['binary', 'image', 'source'])
  assert.deepEqual(warnings, [])
})
