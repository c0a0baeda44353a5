// The example of docs/SERVICES.md, started and stopped as the page says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { FIELDS } from '../../config/document/fields.ts'
import { blocksOfKind, tableRows } from '../support/document-blocks.ts'
import { aServiceScene, stateOf } from '../support/service-scene.ts'

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

test('the keys of the page are keys of the config', () => {
  const keys = tableRows(PAGE, '## What is run').flatMap(([cell = '']) =>
    [...cell.matchAll(/`(\w+)/g)].map(([, key = '']) => key),
  )
  assert.ok(keys.length > 10)
  for (const key of keys) assert.ok(key in FIELDS.service, key)
})
