// A plugin that leaves takes its socket away before it ends, and somebody else may listen under that name meanwhile.
import assert from 'node:assert/strict'
import { readdirSync, renameSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { startInstance } from '../../../../operator/ocm/instance/instance.ts'
import { listening } from '../../../support/machine/listening.ts'
import { sharedScene } from '../../../support/operator/shared-scene.ts'

const PATH = '/components/list'
const skip = process.platform !== 'linux' && 'only Linux tells processes apart'
const socketsBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isSocket())
    .map(({ parentPath, name }) => join(parentPath, name))

test('nothing is asked of who listens under the name of a socket that the plugin has taken away', {
  skip,
}, async (t) => {
  for (const isAlone of [false, true]) {
    const scene = sharedScene(t, { answers: { [PATH]: { echo: true, body: { list: [] }, afterMs: 100 } } })
    let asked = 0
    const stranger = createServer((_, response) => response.end(String(asked++)))
    const place = join(scene.folder, 'other.s')
    await listening(t, stranger, { path: place })
    // One that is of this host alone leaves by itself.
    const host = scene.host({ isKept: true, ...(isAlone ? { start: startInstance, idleTimeoutMs: 3000 } : {}) })
    const pid = await host.ask()
    const [socket = ''] = socketsBelow(scene.folder).filter((path) => path !== place)
    renameSync(socket, `${socket}.away`)
    symlinkSync(place, socket)
    // At once, so that one of them needs a connection of its own.
    const pids = await Promise.all([host.ask(), host.ask()])
    assert.ok(!pids.includes(pid))
    assert.equal(asked, 0)
    await host.close()
  }
})
