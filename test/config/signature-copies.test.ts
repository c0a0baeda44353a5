// Copies of signed documents, older ones, and those who do without proof.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { DOCUMENT, signatureBy } from '../support/builders/signed-documents.ts'
import { aProject, GOOD, signed, WEB } from '../support/builders/signed-project.ts'

test('with `--insecure` an unsigned document is used all the same, and that is said', async (t) => {
  const { load } = await aProject(t, { [WEB]: { text: DOCUMENT } }, GOOD)
  const { services, warnings } = await load({ insecure: true })
  assert.equal(services[0]?.name, 'web')
  assert.match(warnings.map(({ message }) => message).join(), /has to be signed, and is used without proof/)
})

test('the copy of a signed document is proven again, without network too', async (t) => {
  const { load, stop, copies, include, documents } = await aProject(t, signed(), GOOD)
  await load()
  documents[WEB] = { text: 'services: {evil: {health: [{tool: x}]}}\n' }
  await expectCodeAsync('SIGNATURE_INVALID', () => load())
  assert.equal((await load({ offline: true })).services[0]?.name, 'web', 'what was refused is not kept')
  await stop()
  assert.equal((await load()).services[0]?.name, 'web')
  include(', keys: [{file: other.asc}]')
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () => load({ offline: true }))
  include('')
  assert.equal((await load({ offline: true })).services.length, 1)
  assert.equal(readdirSync(copies).length, 2)
})

test('a document that was signed before the one used last is refused until somebody says that it is meant', async (t) => {
  const { load, documents } = await aProject(t, signed('later'), GOOD)
  await load()
  documents[`${WEB}.asc`] = { text: signatureBy('good') }
  const error = await expectCodeAsync('DOCUMENT_ROLLBACK', () => load())
  assert.match(
    error.message,
    /signed at `2024-01-02T03:04:05.000Z`, before the one that was used last, of `2024-03-02T/,
  )
  await load({ acceptsOlder: true })
  await load()
  documents[`${WEB}.asc`] = { text: signatureBy('later') }
  await load()
  await expectCodeAsync('DOCUMENT_ROLLBACK', async () => {
    documents[`${WEB}.asc`] = { text: signatureBy('good') }
    await load()
  })
})
