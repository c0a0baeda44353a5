// Copies of documents: asked for again only when they changed, and believed for a day.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openNetwork } from '../../client/network.ts'
import { openStore } from '../../client/store/open-store.ts'
import { DAY_MS } from '../../schemas/duration.ts'
import { listening } from '../support/machine/listening.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

/** A document that was fetched once; the server confirms what it is asked about. */
async function aCopy(t: TestContext) {
  const conditions: (string | undefined)[] = []
  const server = createServer(({ headers }, response) => {
    conditions.push(headers['if-none-match'])
    if (headers['if-none-match']) response.writeHead(304).end()
    else response.writeHead(200, { etag: '"one"' }).end('the document')
  })
  const url = new URL(`http://127.0.0.1:${await listening(t, server)}/repos/core.json`)
  const layout = openStore(join(tempFolder(t), 'store'))
  const fetch = async (offline = false) => {
    using network = openNetwork({ layout, offline, env: {} })
    return network.fetchDocument(url, 1000)
  }
  assert.equal(await fetch(), 'the document')
  const change = (fields: object) => {
    const path = layout.document(url.href)
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...fields }))
  }
  return { fetch, change, conditions }
}

test('a copy of today is confirmed and not sent again', async (t) => {
  const { fetch, conditions } = await aCopy(t)
  assert.equal(await fetch(), 'the document')
  assert.deepEqual(conditions, [undefined, '"one"'])
})

const notBelieved = {
  'is older than a day': { at: Date.now() - DAY_MS - 60_000 },
  'is from the day after tomorrow': { at: Date.now() + 2 * DAY_MS },
  'does not say when it was fetched': { at: undefined },
  'says it in another form': { at: [Date.now()] },
}
for (const [what, fields] of Object.entries(notBelieved))
  test(`a copy that ${what} is not asked to be confirmed, and offline it is what there is`, async (t) => {
    const { fetch, change, conditions } = await aCopy(t)
    change({ text: 'forged', ...fields })
    assert.equal(await fetch(true), 'forged')
    assert.equal(await fetch(), 'the document')
    assert.deepEqual(conditions, [undefined, undefined])
  })
