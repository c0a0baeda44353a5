// A document and its pages are what their address says, or refused; what the network says is passed on as it is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FetchDocument } from '../../../../client/network.ts'
import { repoAddressOf } from '../../../../client/sources/repo-address.ts'
import { fetchPage, fetchPluginDocument } from '../../../../client/sources/signed/fetch-document.ts'
import type { ErrorCode } from '../../../../schemas/error-codes.ts'
import { coded } from '../../../../schemas/errors.ts'
import type { Name } from '../../../../schemas/name.ts'
import type { DocumentPage, PluginDocument } from '../../../../schemas/plugin-document.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'

const address = repoAddressOf('https://plugins.example/repos/core.yaml')
const document = { repo: 'core', plugin: 'hello', versions: [], pages: [] } as unknown as PluginDocument
const page = { page: 3, size: 10 } as DocumentPage

const textOf = (repo: string, plugin: string) =>
  JSON.stringify({ format: 'octo.plugin/v1', repo, plugin, serial: 1, kind: 'tool', description: 'x', versions: [] })

for (const [repo, plugin] of [
  ['core', 'other'],
  ['other', 'hello'],
] as const)
  test(`a document about ${repo}/${plugin} in the place of core/hello is refused`, async () => {
    const error = await expectCodeAsync('DOCUMENT_MISMATCH', () =>
      fetchPluginDocument(async () => textOf(repo, plugin), address, 'hello' as Name),
    )
    assert.deepEqual([error.details.expected, error.details.found], ['core/hello', `${repo}/${plugin}`])
  })

test('a repo that has no such document does not offer the plugin', async () => {
  assert.equal(await fetchPluginDocument(async () => undefined, address, 'hello' as Name), undefined)
  const own = await fetchPluginDocument(async () => textOf('core', 'hello'), address, 'hello' as Name)
  assert.equal(own?.plugin, 'hello')
})

/** What happens to the request for a page, and what the caller is told. */
const PAGES: readonly (readonly [what: string, fetch: FetchDocument, code: ErrorCode, says: RegExp])[] = [
  [
    'is not there',
    async () => undefined,
    'DOCUMENT_MISMATCH',
    /_\/3\.json` is not there, though its document names it$/,
  ],
  [
    'is larger than announced',
    failing('LIMIT_EXCEEDED'),
    'DOCUMENT_MISMATCH',
    /3\.json` is larger than its document says$/,
  ],
  ['cannot be fetched', failing('FETCH_FAILED'), 'FETCH_FAILED', /^FETCH_FAILED$/],
  ['is forbidden', failing('FETCH_REFUSED'), 'FETCH_REFUSED', /^FETCH_REFUSED$/],
  ['is another one', async () => 'other text', 'DOCUMENT_MISMATCH', /is not the page that its document names/],
]
for (const [what, fetch, code, says] of PAGES)
  test(`a page that ${what} is told with ${code}`, async () => {
    const error = await expectCodeAsync(code, () => fetchPage(fetch, address, { document, page }))
    assert.match(error.message, says)
  })

test('a page is asked for up to the size that its document names', async () => {
  const asked: unknown[] = []
  const fetch: FetchDocument = async (url, maxBytes) => {
    asked.push(url.href, maxBytes)
    return undefined
  }
  await expectCodeAsync('DOCUMENT_MISMATCH', () => fetchPage(fetch, address, { document, page }))
  assert.deepEqual(asked, ['https://plugins.example/repos/core/hello/_/3.json', 10])
})

function failing(code: ErrorCode): FetchDocument {
  return async () => {
    throw coded(code, { message: code })
  }
}
