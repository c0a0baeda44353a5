import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readlinkSync, rmSync, statSync, truncateSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { readDiskTree } from '../../../static-tree/write/disk.ts'
import type { TreeReader as StoredTree } from '../../../static-tree/write/store.ts'
import { until } from '../../support/machine/until.ts'
import {
  ARTIFACT,
  FILE,
  put,
  putDocument,
  RELEASE,
  readPiecewise,
  servedTree,
} from '../../support/registry/served-tree.ts'

test('what the tree says has changed is read anew at once', async (t) => {
  const { ask, root, reader } = await servedTree(t)
  await ask('/repos/core/check-tcp.json')
  await ask(`/${FILE}`)
  putDocument(root, 'repos/core/check-tcp.json', '{"new":true}')
  reader.forget('repos/core/check-tcp.json')
  assert.equal((await ask('/repos/core/check-tcp.json')).body.toString(), '{"new":true}')
  rmSync(join(root, RELEASE), { recursive: true })
  reader.forget(`${RELEASE}/`)
  assert.equal((await ask(`/${FILE}`)).status, 404)
})

test('what another process changed is seen soon after', async (t) => {
  const { ask, root } = await servedTree(t)
  await ask('/repos/core/check-tcp.json')
  putDocument(root, 'repos/core/check-tcp.json', '{"new":true}', new Date(Date.now() + 5000))
  await until(async () => (await ask('/repos/core/check-tcp.json')).body.toString() === '{"new":true}')
})

test('memory stays within its bounds whatever is asked for', async (t) => {
  const { ask, root, reader } = await servedTree(t, 1_000_000)
  for (let index = 0; index < 40; index++)
    put(root, `repos/core/plugin-${index}.json`, randomBytes(100_000).toString('hex'))
  for (let round = 0; round < 3; round++)
    for (let index = 0; index < 40; index++) {
      assert.equal((await ask(`/repos/core/plugin-${index}.json`)).body.length, 200_000)
      assert.ok(reader.cachedBytes <= 1_000_000)
    }
})

for (const [how, read] of Object.entries({ 'of the disk': readDiskTree, 'in pieces': readPiecewise })) {
  test(`a client that goes away in mid-transfer ${how} leaves no open file`, {
    skip: !existsSync('/proc/self/fd'),
  }, async (t) => {
    const { port, ask, root } = await servedTree(t, 100_000, read)
    await ask(`/${FILE}`)
    for (let index = 0; index < 20; index++) {
      const socket = connect(port, '127.0.0.1')
      socket.write(`GET /${FILE} HTTP/1.1\r\nHost: x\r\n\r\n`)
      await once(socket, 'data')
      socket.destroy()
    }
    await until(() => openFilesBelow(root).length === 0)
    assert.ok((await ask(`/${FILE}`)).body.equals(ARTIFACT))
  })

  test(`a file that is shorter ${how} than it was when it was opened is broken off, and passes for no whole one`, async (t) => {
    const { ask, root } = await servedTree(t, 100_000, (folder) =>
      changing(read(folder), { after: () => truncateSync(join(folder, FILE), 1_500_000) }),
    )
    await assert.rejects(ask(`/${FILE}`), { code: 'ECONNRESET' })
    assert.equal(statSync(join(root, FILE)).size, 1_500_000)
  })
}

test('bytes that took the path since the file was described are not sent under the digest of the others', async (t) => {
  const { ask } = await servedTree(t, 100_000, (root) =>
    changing(readDiskTree(root), { before: () => put(root, FILE, randomBytes(ARTIFACT.length)) }),
  )
  await assert.rejects(ask(`/${FILE}`), { code: 'ECONNRESET' })
})

type Changes = { readonly before?: () => void; readonly after?: () => void }

/** Changes around the second time that the file is opened, which is when it is sent: first it was described. */
function changing(tree: StoredTree, { before, after }: Changes): StoredTree {
  let opened = 0
  return {
    ...tree,
    async open(path) {
      const isSent = path === FILE && ++opened === 2
      if (isSent) before?.()
      const file = await tree.open(path)
      if (isSent) after?.()
      return file
    },
  }
}

function openFilesBelow(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(folder) ? path : []
    } catch {
      return []
    }
  })
}
