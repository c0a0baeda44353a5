// Services whose program comes from an address: run with their words, held to their digest before every start, and told apart by it.
import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { statusWithoutSupervisor } from '../../../operator/services/status/status.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { serveFolder } from '../../support/machine/serve-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { aServiceScene, stateOf } from '../../support/operator/service-scene.ts'

const options = { skip: process.platform === 'linux' ? false : 'services are run on Linux' }

const program = (word: string) =>
  Buffer.from(`#!/bin/sh\necho "${word} $COLOUR $*" >>"$NOTES"\n[ "$1" = migrate ] || exec sleep 600\n`)

test(
  'a program from an address is prepared, run, started again, exchanged, and never run once it was changed',
  options,
  async (t) => {
    const served = tempFolder(t)
    const host = await serveFolder(t, served)
    const scene = await aServiceScene(t, {})
    const say = (word: string) => {
      const bytes = program(word)
      writeFileSync(join(served, word), bytes)
      const file = { url: `${host.url}/${word}`, sha256: hexOf(digestOf(bytes)) }
      const init = [{ tool: 'run-service', args: ['migrate'] }]
      const environment = { COLOUR: 'red', NOTES: scene.path('notes') }
      const web = { binary: { linux_amd64: file, linux_arm64: file }, args: ['--port', '80'], environment, init }
      scene.write({ web: { ...web, restart: 'on-failure:2' } })
      return digestOf(bytes)
    }
    const notes = () => scene.text('notes').split('\n').slice(0, -1)
    const first = say('one')
    await scene.supervise(async (supervisor) => {
      await supervisor.start(await scene.load(), [])
      await until(() => notes().length === 2)
      assert.deepEqual(notes(), ['one red migrate', 'one red --port 80'])
      const { program: origin, pid } = stateOf(supervisor, 'web.1')
      assert.deepEqual(origin, { from: `${host.url}/one`, digest: first })
      process.kill(pid as number, 'SIGKILL')
      await until(() => notes().length === 3)
      const second = say('two')
      await supervisor.start(await scene.load(), [])
      assert.deepEqual(stateOf(supervisor, 'web.1').program?.digest, first, 'what runs is as it was')
      assert.equal(stateOf(supervisor, 'web.1').differs, true)
      await supervisor.stop([])
      const loaded = await scene.load()
      await supervisor.start(loaded, [])
      await until(() => notes().at(-1) === 'two red --port 80')
      assert.deepEqual(stateOf(supervisor, 'web.1').program?.digest, second)
      const path = loaded.runnable.services.get('web')?.program?.path ?? ''
      chmodSync(path, 0o755)
      writeFileSync(path, program('evil'))
      const count = notes().length
      process.kill(stateOf(supervisor, 'web.1').pid as number, 'SIGKILL')
      await until(() => stateOf(supervisor, 'web.1').state === 'gave-up')
      assert.match(stateOf(supervisor, 'web.1').reason ?? '', /in the store is not what was verified/)
      assert.equal(notes().length, count)
    })
    const [alone] = statusWithoutSupervisor(scene.project.places, 0)
    assert.equal(alone?.program?.from, `${host.url}/two`)
  },
)
