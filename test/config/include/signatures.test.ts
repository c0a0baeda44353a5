// Fetched documents that have to be signed: who says so, what counts, and what is kept.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadWholeConfig } from '../../../config/load-config.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { blobBundle } from '../../support/builders/blob-bundle.ts'
import { DOCUMENT, signatureBy } from '../../support/builders/signed-documents.ts'
import type { Documents } from '../../support/builders/signed-project.ts'
import { aProject, GOOD, signed, WEB } from '../../support/builders/signed-project.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { aDocumentServer } from '../../support/peers/document-server.ts'

test('a document counts when one of the keys that its include names signed it, in any of the forms of a key', async (t) => {
  const { load, include, trust } = await aProject(t, signed())
  await trust('good', '/elsewhere/')
  for (const keys of [
    '[{file: good.asc}]',
    '[{file: other.asc}, {file: good.asc}]',
    '{file: good.asc}',
    '[99C540DFE9BEA0ABAF6753B871F2538A05EFCF2C]',
    '"99C5 40DF E9BE A0AB AF67  53B8 71F2 538A 05EF CF2C"',
  ]) {
    include(`, keys: ${keys}`)
    assert.equal((await load()).services[0]?.name, 'web', keys)
  }
})

test('a Sigstore bundle beside it counts as well, by a key in one line or in a file', async (t) => {
  const signer = issueKey()
  const bundle = JSON.stringify(blobBundle(DOCUMENT, signer))
  const { load, include, folder } = await aProject(t, {
    [WEB]: { text: DOCUMENT },
    [`${WEB}.sigstore.json`]: { text: bundle },
  })
  writeFileSync(join(folder, 'octo.pub'), signer.trustKey.pem)
  for (const keys of [
    `["${publicKeyLine(signer.trustKey)}"]`,
    '[{file: octo.pub}]',
    '[{file: good.asc}, {file: octo.pub}]',
  ]) {
    include(`, keys: ${keys}`)
    assert.equal((await load()).services[0]?.name, 'web', keys)
  }
  include(`, keys: [{file: octo.pub, revoked: true}]`)
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () => load())
})

const refusals: readonly (readonly [
  what: string,
  documents: Documents,
  said: string,
  code: Parameters<typeof expectCodeAsync>[0],
])[] = [
  ['no signature', { [WEB]: { text: DOCUMENT } }, GOOD, 'SIGNATURE_MISSING'],
  ['a signature by another key', signed('other'), GOOD, 'SIGNER_NOT_ALLOWED'],
  ['a signature of another document', { ...signed(), [WEB]: { text: `${DOCUMENT}#` } }, GOOD, 'SIGNATURE_INVALID'],
  ['two signatures', signed('two'), GOOD, 'SIGNATURE_MALFORMED'],
  ['a signed text in place of a signature', signed('clear'), GOOD, 'SIGNATURE_MALFORMED'],
  [
    'a signature that is no text',
    { ...signed(), [`${WEB}.asc`]: { text: Buffer.from([0x88, 0xff]) } },
    GOOD,
    'FETCH_REFUSED',
  ],
  [
    'a bundle where OpenPGP is wanted',
    { [WEB]: { text: DOCUMENT }, [`${WEB}.sigstore.json`]: { text: '{}' } },
    GOOD,
    'SIGNATURE_MISSING',
  ],
  [
    'a key that this machine does not have',
    signed(),
    ', keys: [FC76374ADE530E7D1DB0E752D61F60991898FD2E]',
    'KEY_NOT_FOUND',
  ],
  ['the end of a fingerprint', signed(), ', keys: [71F2538A05EFCF2C]', 'CONFIG_INVALID'],
  ['a key of OpenPGP with a window', signed(), ', keys: [{file: good.asc, to: 2030-01-01}]', 'CONFIG_INVALID'],
  ['a file that is no key', signed(), ', keys: [{file: octo.yaml}]', 'CONFIG_INVALID'],
  ['`trust: signed` by nobody', signed(), ', trust: signed', 'KEYRING_EMPTY'],
  ['`keys` beside `trust: unsigned`', signed(), `${GOOD}, trust: unsigned`, 'CONFIG_INVALID'],
]

for (const [what, documents, said, code] of refusals)
  test(`refuses ${what}, and keeps nothing of it`, async (t) => {
    const { load, copies } = await aProject(t, documents, said)
    await expectCodeAsync(code, () => load())
    assert.throws(() => readdirSync(copies), { code: 'ENOENT' })
  })

test('keys of this user count for their addresses, however these are spelled, and for no other', async (t) => {
  const { load, include, trust, documents } = await aProject(t, { [WEB]: { text: DOCUMENT } })
  await trust('good', '/charts/')
  for (const path of [
    '/charts/web.yaml',
    '/charts/web.yaml?a=1',
    '/%63harts/web.yaml',
    '//charts/web.yaml',
    '/x/../charts/web.yaml',
  ]) {
    include('', path)
    documents[path.replace('/x/..', '')] = { text: DOCUMENT }
    await expectCodeAsync('SIGNATURE_MISSING', () => load())
  }
  for (const prefix of ['/charts/other/', '/chart/', '/charts/web.yam', '/charts/web.yaml/']) {
    await trust('good', prefix)
    include('')
    assert.equal((await load()).services[0]?.name, 'web', prefix)
  }
  await trust('good', WEB)
  await expectCodeAsync('SIGNATURE_MISSING', () => load())
  documents[`${WEB}.asc`] = { text: signatureBy('good') }
  assert.equal((await load()).services[0]?.name, 'web')
})

test('trusted keys that others could have written are an error, and no reason to go on without', async (t) => {
  const { load, trust, keyring } = await aProject(t, signed())
  await trust('good', '/charts/')
  chmodSync(keyring, 0o666)
  await expectCodeAsync('KEY_UNREADABLE', () => load())
  chmodSync(keyring, 0o600)
  writeFileSync(keyring, '{"format": "octo.trusted-keys/v1", "keys": [], "more": 1}')
  await expectCodeAsync('FORMAT_INVALID', () => load())
})

test('what a signed document includes has to be signed by the same', async (t) => {
  const inner = { '/charts/web.yaml': { text: DOCUMENT }, '/charts/web.yaml.asc': { text: signatureBy('good') } }
  const signer = issueKey()
  const outer = 'include: [{url: web.yaml}]\nservices: {db: {health: [{tool: check-tcp}]}}\n'
  const { load, include, folder } = await aProject(t, {
    ...inner,
    '/charts/all.yaml': { text: outer },
    '/charts/all.yaml.sigstore.json': { text: JSON.stringify(blobBundle(outer, signer)) },
  })
  writeFileSync(join(folder, 'octo.pub'), signer.trustKey.pem)
  include(', keys: [{file: octo.pub}]', '/charts/all.yaml')
  await expectCodeAsync('SIGNATURE_MISSING', () => load())
  include(', keys: [{file: octo.pub}, {file: good.asc}]', '/charts/all.yaml')
  assert.deepEqual(
    (await load()).services.map(({ name }) => name),
    ['db', 'web'],
  )
})

test('rights that a signature gives are passed on to its signers alone, whomever else the user trusts', async (t) => {
  const signer = issueKey()
  const outer = 'include: [{url: web.yaml}]\n'
  const { load, include, folder, trust } = await aProject(t, {
    ...signed(),
    '/charts/all.yaml': { text: outer },
    '/charts/all.yaml.sigstore.json': { text: JSON.stringify(blobBundle(outer, signer)) },
  })
  writeFileSync(join(folder, 'octo.pub'), signer.trustKey.pem)
  await trust('good', WEB)
  include(', keys: [{file: octo.pub}], trust: signed', '/charts/all.yaml')
  await expectCodeAsync('SIGNATURE_MISSING', () => load())
  include(', keys: [{file: octo.pub}]', '/charts/all.yaml')
  assert.equal((await load()).services[0]?.name, 'web', 'without rights, whom the user trusts there will do')
})

test('wherever a server leads to, the keys of the address that was asked for count', async (t) => {
  const elsewhere = await aDocumentServer(t, {
    '/web.yaml': { text: DOCUMENT },
    '/web.yaml.asc': { text: signatureBy('other') },
  })
  const { load, include, trust } = await aProject(t, {
    '/charts/moved.yaml': { status: 302, location: `${elsewhere.url}/web.yaml` },
    '/charts/moved.yaml.asc': { status: 302, location: `${elsewhere.url}/web.yaml.asc` },
  })
  await trust('good', '/charts/')
  include('', '/charts/moved.yaml')
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () => load())
})

test('a signature may lie where `gpg` says, from where the include stands', async (t) => {
  const { load, include, folder, url } = await aProject(t, { ...signed(), '/sigs/web': { text: signatureBy('good') } })
  include(`${GOOD}, gpg: "${url}/sigs/web"`)
  assert.equal((await load()).services[0]?.name, 'web')
  mkdirSync(join(folder, 'sigs'))
  writeFileSync(join(folder, 'sigs/web.asc'), signatureBy('good'))
  include(`${GOOD}, gpg: ./sigs/web.asc`)
  assert.equal((await load()).services[0]?.name, 'web')
  include(`${GOOD}, gpg: ./sigs/none.asc`)
  await expectCodeAsync('SIGNATURE_MISSING', () => load())
  include(`${GOOD}, gpg: ./sigs/web.asc/inside`)
  await expectCodeAsync('SIGNATURE_MISSING', () => load())
  truncateSync(join(folder, 'sigs/web.asc'), 1024 * 1024 + 1)
  include(`${GOOD}, gpg: ./sigs/web.asc`)
  await expectCodeAsync('LIMIT_EXCEEDED', () => load())
})

test('what cannot be read as a signature is neither waited for nor taken for one that is missing', {
  skip: process.platform === 'win32' && 'Windows has no pipes in its folders',
}, async (t) => {
  const { load, include, folder } = await aProject(t, signed())
  mkdirSync(join(folder, 'folder'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  symlinkSync('/dev/zero', join(folder, 'device'))
  for (const name of ['folder', 'pipe', 'device']) {
    include(`${GOOD}, gpg: ./${name}`)
    const { message } = await expectCodeAsync('IO_FAILED', () => load())
    assert.match(message, new RegExp(`/${name}\` is not a file$`))
  }
})

test('an include says `signed` or `unsigned` of its trust, and nothing else', async (t) => {
  const { load, include } = await aProject(t, signed())
  for (const word of ['maybe', 'true', 'Unsigned', '[unsigned]', '{unsigned: true}', '"{{.configs.trust}}"']) {
    include(`, trust: ${word}`)
    const { message } = await expectCodeAsync('CONFIG_INVALID', () => load())
    assert.match(message, /`trust` of an include can only be `signed` or `unsigned`$/, word)
  }
})

test('configs that name signatures and no keys go on as they did, with a warning', async (t) => {
  const { load } = await aProject(t, { [WEB]: { text: DOCUMENT } }, ', gpg: ./web.yaml.asc')
  const { services, warnings } = await load()
  assert.equal(services[0]?.name, 'web')
  assert.match(warnings.map(({ message }) => message).join(), /is named and not looked at, as no key is trusted/)
})

const CHART = `repos: {files: {page: {url: page.html}}}\nservices: {web: {image: acme/web:1}}\n`

test('`trust: signed` gives a signed document the rights that `trust: unsigned` gives without proof, and no warning', async (t) => {
  const signer = issueKey()
  const documents: Documents = {
    [WEB]: { text: CHART },
    [`${WEB}.sigstore.json`]: { text: JSON.stringify(blobBundle(CHART, signer)) },
    '/charts/page.html': { text: 'hello' },
  }
  const { load, include, folder, env } = await aProject(t, documents)
  writeFileSync(join(folder, 'octo.pub'), signer.trustKey.pem)
  const image = async () => {
    const { effective, config } = await loadWholeConfig({ cwd: folder, env })
    return { text: JSON.stringify([...(effective().root?.entries.keys() ?? [])]), leftOut: effective().leftOut, config }
  }
  include(', keys: [{file: octo.pub}]')
  await expectCodeAsync('CONFIG_INVALID', () => load())
  include(', keys: [{file: octo.pub}], trust: signed')
  const { leftOut, config } = await image()
  assert.deepEqual([leftOut, config.warnings], [[], []])

  // The document only names its files, so that they are signed too.
  const { writeFiles } = await loadWholeConfig({ cwd: folder, env: { ...env, XDG_STATE_HOME: join(folder, 'state') } })
  await expectCodeAsync('SIGNATURE_MISSING', () => writeFiles())
  documents['/charts/page.html.sigstore.json'] = { text: JSON.stringify(blobBundle('hello', signer)) }
  assert.deepEqual(await writeFiles(), [])
})

test('a document that is included twice has the same signers each time', async (t) => {
  const { folder, url, load } = await aProject(t, signed())
  const include = (...items: string[]) =>
    writeFileSync(
      join(folder, 'octo.yaml'),
      `include: [${items.map((said) => `{url: "${url}${WEB}"${said}}`).join(', ')}]\n`,
    )
  for (const items of [
    ['', GOOD],
    [GOOD, ''],
    [GOOD, ', keys: [{file: good.asc}, {file: other.asc}]'],
  ]) {
    include(...items)
    await expectCodeAsync('CONFIG_INVALID', () => load())
    await load({ insecure: true })
  }
  include(GOOD, GOOD)
  await load()
})

test('a document that is proven for an include counts where it is named as a config too, and not the other way round', async (t) => {
  const { load, folder, url } = await aProject(t, signed(), GOOD)
  const paths = [join(folder, 'octo.yaml'), `${url}${WEB}`]
  assert.equal((await load({ paths })).services[0]?.name, 'web')
  await expectCodeAsync('CONFIG_INVALID', () => load({ paths: paths.toReversed() }))
})

test('a fetched document says nothing about whose signature counts', async (t) => {
  const text = 'include: [{url: web.yaml, keys: [{file: good.asc}], trust: signed}]\n'
  const { load, include } = await aProject(t, { ...signed(), '/charts/all.yaml': { text } })
  include('', '/charts/all.yaml')
  const error = await expectCodeAsync('CONFIG_INVALID', () => load())
  assert.match(error.message, /a document from elsewhere may not write `include\.(?:keys|trust)`/)
})

test('a local file needs no signature, and is refused where one is asked for', async (t) => {
  const { folder, load } = await aProject(t, {})
  writeFileSync(join(folder, 'base.yaml'), DOCUMENT)
  for (const said of [GOOD, ', trust: signed']) {
    writeFileSync(join(folder, 'octo.yaml'), `include: [{url: base.yaml${said}}]\n`)
    await expectCodeAsync('CONFIG_INVALID', () => load())
  }
})
