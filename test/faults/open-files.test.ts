// A registry that may open few files is given more connections than that: it answers what it can, lives on, and is whole again
// when they are gone. Nothing that it acknowledged is lost.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { aRelease, issueKey } from '../support/builders/test-authority.ts'
import { rounds } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { until } from '../support/machine/until.ts'
import type { ApiAnswer } from '../support/publisher/publish-release.ts'
import { publishRelease } from '../support/publisher/publish-release.ts'
import { prepareRegistryData, startRegistryChild } from '../support/registry/registry-child.ts'

const OPEN_FILES = 64
const CONNECTIONS = 150
/** Of publishing, in each crowd. */
const TRIES = rounds({ short: 2, full: 4 })

test(`a registry with ${OPEN_FILES} open files outlives ${CONNECTIONS} connections and keeps what it acknowledged`, {
  skip: process.platform === 'win32' && 'there is no ulimit',
}, async (t) => {
  const dataDir = join(tempFolder(t), 'data')
  const key = issueKey()
  const { token } = await prepareRegistryData(dataDir, key)
  const registry = await startRegistryChild(t, { dataDir, openFiles: OPEN_FILES })
  const target = { url: registry.url, token }
  const publish = async (version: string) => publishRelease(target, await aRelease(key, { version }))
  assert.equal((await publish('1.0.0')).status, 201)
  const acknowledged = new Set(['1.0.0'])

  for (let round = 1; round <= 2; round++) {
    const crowd = await openMany(registry.url, { count: CONNECTIONS })
    const tries = Array.from({ length: TRIES }, (_none, index) => `${round}.${index + 1}.0`)
    for (const version of tries) {
      // Refused connections and refusals are right; an acknowledgement must be true.
      if (await isAcknowledged(() => publish(version))) acknowledged.add(version)
    }
    for (const socket of crowd) socket.destroy()
    for (const version of tries) {
      await publishInTheEnd(() => publish(version))
      acknowledged.add(version)
    }
  }

  for (const version of acknowledged) {
    const served = await fetch(`${registry.url}/repos/core/hello/${version}/release.sigstore.json`)
    assert.equal(served.status, 200, version)
    await served.arrayBuffer()
  }
  assert.deepEqual(await registry.stop(), { code: 0, signal: null })
})

test('whoever opens all connections that one address may have, and says nothing, keeps nobody else from publishing', {
  skip: process.platform !== 'linux' && 'only Linux has several addresses of its own without being told so',
}, async (t) => {
  const dataDir = join(tempFolder(t), 'data')
  const key = issueKey()
  const { token } = await prepareRegistryData(dataDir, key)
  const { url } = await startRegistryChild(t, { dataDir, openFiles: 256 })
  const crowd = await openMany(url, { count: 300, localAddress: '127.0.0.2' })
  assert.equal((await publishRelease({ url, token }, await aRelease(key))).status, 201)
  assert.equal((await fetch(`${url}/repos/core.json`)).status, 200)
  for (const socket of crowd) socket.destroy()
})

/** The registry learns one by one that the crowd has left, so it may be short of files for a while after that. */
async function publishInTheEnd(publish: () => Promise<ApiAnswer>): Promise<void> {
  await until(() => isAcknowledged(publish))
}

/** Not when the connection broke or the registry asked to come again; any other refusal is wrong here. */
async function isAcknowledged(publish: () => Promise<ApiAnswer>): Promise<boolean> {
  const answer = await publish().catch((error: unknown) => {
    if (!isPassing(error)) throw error
  })
  if (answer === undefined || answer.status === 503 || answer.status === 429) return false
  assert.ok(answer.status === 200 || answer.status === 201, `${answer.status} ${JSON.stringify(answer.body)}`)
  return true
}

/** A broken connection, or an upload that was refused for the moment. */
function isPassing(error: unknown): boolean {
  return error instanceof TypeError || /upload answered (503|429)/.test(String(error))
}

type Crowd = { readonly count: number; readonly localAddress?: string }

async function openMany(url: string, { count, localAddress }: Crowd): Promise<Socket[]> {
  const { hostname: host, port } = new URL(url)
  const from = localAddress === undefined ? {} : { localAddress }
  const sockets = Array.from({ length: count }, () =>
    connect({ port: Number(port), host, ...from }).on('error', () => undefined),
  )
  await Promise.all(sockets.map((socket) => once(socket, 'connect').catch(() => undefined)))
  return sockets
}
