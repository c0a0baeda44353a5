// A file whose size nobody said before: what is too large, or not given, is never taken for it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openNetwork } from '../../../client/network.ts'
import { fetchUnsized } from '../../../client/sources/unsized-file.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { listening } from '../../support/machine/listening.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

async function aFetch(t: TestContext, maxBytes: number) {
  const answers: Readonly<Record<string, readonly [status: number, text: string]>> = { '/file': [200, 'ten bytes!'] }
  const server = createServer(({ url = '' }, response) => {
    const [status, text] = answers[url] ?? [404, 'words of the server']
    response.writeHead(status).write(text)
    response.end()
  })
  const port = await listening(t, server)
  const folder = tempFolder(t)
  const path = join(folder, 'file')
  const advanced: number[] = []
  const shown = { begin: () => undefined, advance: (bytes: number) => void advanced.push(bytes) }
  const fetch = async (name: string) => {
    using network = openNetwork({ layout: openStore(join(folder, 'store')), env: {}, offline: false })
    await fetchUnsized({ path, url: new URL(`http://127.0.0.1:${port}/${name}`), maxBytes, shown }, network)
  }
  return { path, fetch, sum: () => advanced.reduce((sum, bytes) => sum + bytes, 0) }
}

test('a file of as many bytes as allowed is written', async (t) => {
  const { path, fetch, sum } = await aFetch(t, 10)
  await fetch('file')
  assert.deepEqual([readFileSync(path, 'utf8'), sum()], ['ten bytes!', 10])
})

test('a file of one byte more is refused, and what was shown of it is taken back', async (t) => {
  const { fetch, sum } = await aFetch(t, 9)
  const { message } = await expectCodeAsync('LIMIT_EXCEEDED', () => fetch('file'))
  assert.match(message, /9/)
  assert.equal(sum(), 0)
})

test('what a server says instead of the file is not the file', async (t) => {
  const { fetch } = await aFetch(t, 100)
  await expectCodeAsync('FETCH_REFUSED', () => fetch('other'))
})
