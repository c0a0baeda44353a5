// What `octo doctor` says of the services that were started with a config.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { NEW_INSTANCE } from '../../../operator/services/life/lifecycle.ts'
import { makePlaces, placesOf } from '../../../operator/services/project/places.ts'
import { bootId } from '../../../system/boot-id.ts'
import { identityOf } from '../../../system/process/identity.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'

type Row = { readonly subject: string; readonly state: string; readonly said: string; readonly hint?: string }

const CONFIG = 'services: {web: {command: [sleep, "600"]}}\n'

/** What was noted of them, and what is said of that. */
async function saidOf(t: TestContext, noted: string | undefined, config = CONFIG) {
  const cwd = tempFolder(t)
  const env = { HOME: cwd, OCTO_HOME: join(cwd, 'store') }
  const path = join(cwd, 'octo.yaml')
  writeFileSync(path, config)
  const places = placesOf(path, env)
  if (noted !== undefined) {
    makePlaces(places)
    writeFileSync(places.journal, noted)
  }
  const { stdout } = await octoIn({ cwd, env }, ['doctor', '--json', '--offline'])
  const { findings } = JSON.parse(stdout) as { findings: readonly Row[] }
  return findings.filter(({ subject }) => subject === 'services')
}

test('notes of services that cannot be read are bad, also where the config cannot be read either', async (t) => {
  for (const config of [CONFIG, 'services: [}\n']) {
    const [row] = await saidOf(t, 'nonsense\n', config)
    assert.equal(row?.state, 'bad', config)
    assert.match(row.said, /cannot be read: no line of it/)
    assert.match(row.hint ?? '', /`mv .*` puts it aside, then `octo start`$/)
  }
})

test('nothing is said where nothing was started', async (t) => {
  assert.deepEqual(await saidOf(t, undefined), [])
})

test('services that nobody supervises are told, and are well once none runs', {
  skip: process.platform !== 'linux' && 'services are run on Linux only',
}, async (t) => {
  const noted = (is: object) => `${JSON.stringify({ v: 1, instance: 'web.1', boot: bootId(), is })}\n`
  const running = { ...NEW_INSTANCE, state: 'running', process: identityOf(process.pid) }
  const [row] = await saidOf(t, noted(running))
  assert.deepEqual([row?.state, row?.said], ['warning', '1 instance of them runs, and nobody supervises them'])
  assert.match(row?.hint ?? '', /^`octo start` goes on with them/)
  assert.deepEqual(await saidOf(t, noted(NEW_INSTANCE)), [{ subject: 'services', state: 'good', said: 'none runs' }])
})
