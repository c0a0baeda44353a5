// Copies of signed documents, older ones, and those who do without proof.
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { blobBundle } from '../../support/builders/blob-bundle.ts'
import { DOCUMENT, signatureBy } from '../../support/builders/signed-documents.ts'
import { aProject, GOOD, signed, WEB } from '../../support/builders/signed-project.ts'
import { issueKey } from '../../support/builders/test-authority.ts'

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

test('a bundle says no time: a document that another one took the place of is refused when it comes back', async (t) => {
  const signer = issueKey()
  const text = (name: string) => `services: {${name}: {health: [{tool: x}]}}\n`
  const { load, folder, documents } = await aProject(t, {}, ', keys: [{file: octo.pub}]')
  writeFileSync(join(folder, 'octo.pub'), signer.trustKey.pem)
  const serve = (name: string) => {
    documents[WEB] = { text: text(name) }
    documents[`${WEB}.sigstore.json`] = { text: JSON.stringify(blobBundle(text(name), signer)) }
  }
  const used = async (more: Parameters<typeof load>[0] = {}) => (await load(more)).services[0]?.name
  for (const name of ['one', 'two', 'two', 'three']) {
    serve(name)
    assert.equal(await used(), name)
  }
  for (const name of ['one', 'two']) {
    serve(name)
    const error = await expectCodeAsync('DOCUMENT_ROLLBACK', () => load())
    assert.match(error.message, /one that this machine used before, and has used another one since/)
    assert.match(error.hint ?? '', /`octo config show --accept-older` takes it/)
    assert.equal(await used({ offline: true }), 'three', 'what was refused is not kept')
  }
  // Once somebody said that it is meant, the way forward is open again, and the way further back is not.
  serve('two')
  assert.equal(await used({ acceptsOlder: true }), 'two')
  assert.equal(await used(), 'two')
  serve('one')
  await expectCodeAsync('DOCUMENT_ROLLBACK', () => load())
  serve('three')
  assert.equal(await used(), 'three')
})
