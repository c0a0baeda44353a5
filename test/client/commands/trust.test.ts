// `octo trust`, as it is typed.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { changeTrustedKeys, readTrustedKeys } from '../../../config/trusted-keys/trusted-keys.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { DOCUMENT, fixture, keyOf, keyPathOf, signatureBy } from '../../support/builders/signed-documents.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { aDocumentServer } from '../../support/peers/document-server.ts'

const GOOD = '99C540DFE9BEA0ABAF6753B871F2538A05EFCF2C'
const CONSENT = ['--yes', '--fingerprint', '99C5 40DF E9BE A0AB AF67  53B8 71F2 538A 05EF CF2C']
const SHOP = 'https://charts.example.com/shop/'

function aMachine(t: TestContext) {
  const folder = tempFolder(t)
  const octo = (...words: string[]) => octoIn({ cwd: folder }, words)
  const file = join(folder, '.config/octo/trusted-keys.json')
  return { folder, octo, file, trust: (...words: string[]) => octo('trust', ...words) }
}

test('a key is trusted for a folder, listed, and trusted no more', async (t) => {
  const { trust, file } = aMachine(t)
  const added = await trust('add', keyPathOf('good'), SHOP, ...CONSENT)
  assert.deepEqual(added, {
    ...{ code: 0, stderr: '' },
    stdout: `documents of ${SHOP} count from now on when ${GOOD} signed them\n`,
  })
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const row = { kind: 'openpgp', fingerprint: GOOD, names: ['good <good@example.com>'], addresses: [SHOP] }
  assert.deepEqual(JSON.parse((await trust('list', '--json')).stdout), { keys: [row] })
  assert.match((await trust('list')).stdout, new RegExp(`${GOOD} +good <good@example.com> +${SHOP}`))

  const removed = await trust('remove', '71F2538A05EFCF2C')
  assert.equal(removed.stdout, `${GOOD} no longer counts for ${SHOP}\n`)
  assert.match(
    removed.stderr,
    /documents of https:\/\/charts\.example\.com\/shop\/ are used without a signature from now on/,
  )
  assert.match((await trust('list')).stderr, /no key is trusted/)
})

test('a kept key is named by its fingerprint, for more addresses and for fewer', async (t) => {
  const { trust } = aMachine(t)
  await trust('add', keyPathOf('good'), SHOP, ...CONSENT)
  await trust('add', GOOD, 'https://other.example.com/all.yaml', ...CONSENT)
  const { stdout } = await trust('remove', GOOD, SHOP, '--json')
  assert.deepEqual(JSON.parse(stdout).removed.addresses, [SHOP])
  const { keys } = JSON.parse((await trust('list', '--json')).stdout)
  assert.deepEqual(keys[0].addresses, ['https://other.example.com/all.yaml'])
})

test('the key of a Sigstore bundle is trusted by its id', async (t) => {
  const { trust, folder } = aMachine(t)
  const { trustKey } = issueKey()
  writeFileSync(join(folder, 'octo.pub'), publicKeyLine(trustKey))
  const { code } = await trust('add', 'octo.pub', SHOP, '--yes', '--fingerprint', trustKey.id)
  assert.equal(code, 0)
  assert.equal(JSON.parse((await trust('list', '--json')).stdout).keys[0].fingerprint, trustKey.id)
})

test('`all` trusts a key for what the config includes from the web, and makes it need that signature', async (t) => {
  const { trust, octo, folder } = aMachine(t)
  const documents: Record<string, { text: string }> = { '/web.yaml': { text: DOCUMENT } }
  const { url } = await aDocumentServer(t, documents)
  writeFileSync(
    join(folder, 'octo.yaml'),
    `include: ["${url}/web.yaml", base.yaml, {url: "${url}/b.yaml", trust: signed}]\n`,
  )
  writeFileSync(join(folder, 'base.yaml'), `include: ["${url}/c.yaml?for=us"]\n`)
  const { code } = await trust('all', keyPathOf('good'), ...CONSENT)
  assert.equal(code, 0)
  const { keys } = JSON.parse((await trust('list', '--json')).stdout)
  assert.deepEqual(
    keys[0].addresses,
    [`${url}/web.yaml`, `${url}/c.yaml`, `${url}/b.yaml`].sort(
      (a, b) => keys[0].addresses.indexOf(a) - keys[0].addresses.indexOf(b),
    ),
  )

  writeFileSync(join(folder, 'octo.yaml'), `include: ["${url}/web.yaml"]\n`)
  const unsigned = await octo('config', 'show')
  assert.equal(unsigned.code, 76)
  assert.match(unsigned.stderr, /SIGNATURE_MISSING/)
  documents['/web.yaml.asc'] = { text: signatureBy('later') }
  assert.equal((await octo('config', 'show')).code, 0)
  documents['/web.yaml.asc'] = { text: signatureBy('good') }
  const older = await octo('config', 'show')
  assert.equal(older.code, 76)
  assert.match(older.stderr, /DOCUMENT_ROLLBACK[\s\S]*octo config show --accept-older/)
  assert.equal((await octo('config', 'show', '--accept-older')).code, 0)
  assert.equal((await octo('config', 'show')).code, 0)
  assert.equal((await octo('config', 'diff')).code, 0)
})

test('a key may come from the web', async (t) => {
  const { trust } = aMachine(t)
  const { url } = await aDocumentServer(t, { '/good.asc': { text: fixture('good.key.asc') } })
  assert.equal((await trust('add', `${url}/good.asc`, SHOP, ...CONSENT)).code, 0)
})

const refusals: readonly (readonly [words: readonly string[], code: number, says: RegExp])[] = [
  [['add', keyPathOf('good'), SHOP], 64, /trusted only by who compared its fingerprint, and nobody can be asked/],
  [['add', keyPathOf('good'), SHOP, '--yes'], 64, new RegExp(`the key \`${GOOD}\` is trusted only`)],
  [['add', keyPathOf('good'), SHOP, '--fingerprint', GOOD], 64, /nobody can be asked/],
  [['add', keyPathOf('other'), SHOP, ...CONSENT], 76, /expected `99C5 40DF/],
  [['add', keyPathOf('good'), SHOP, '--yes', '--fingerprint', GOOD.slice(-16)], 76, /DIGEST_MISMATCH/],
  [['add', keyPathOf('expired'), SHOP, ...CONSENT], 77, /Primary key is expired/],
  [['add', 'none.asc', SHOP, ...CONSENT], 66, /FILE_NOT_FOUND/],
  [['add', 'octo.yaml/none.asc', SHOP, ...CONSENT], 66, /FILE_NOT_FOUND/],
  [['add', 'large.asc', SHOP, ...CONSENT], 65, /is larger than 65536 bytes/],
  [['add', 'bytes.gpg', SHOP, ...CONSENT], 65, /TEXT_INVALID/],
  [['add', '.', SHOP, ...CONSENT], 74, /` is not a file/],
  [['add', GOOD, SHOP, ...CONSENT], 66, /whole fingerprint of one that `octo trust list` shows/],
  [['add', keyPathOf('good'), 'charts.example.com', ...CONSENT], 64, /is no address to trust a key for/],
  [['add', keyPathOf('good'), `${SHOP}a.yaml?b=1`, ...CONSENT], 64, /is no address to trust a key for/],
  [['add', keyPathOf('good'), 'https://a:b@example.com/', ...CONSENT], 78, /no user name or password/],
  [['add', keyPathOf('good')], 64, /missing required argument/],
  [['all', keyPathOf('good'), ...CONSENT], 66, /includes no document of the web/],
  [['remove', GOOD], 66, /names no trusted key/],
]

for (const [words, code, says] of refusals)
  test(`refuses \`octo trust ${words.join(' ').replaceAll(/\/\S*fixtures\/openpgp\//g, '')}\`, and trusts nothing`, async (t) => {
    const { trust, folder, file } = aMachine(t)
    writeFileSync(join(folder, 'octo.yaml'), 'name: shop\n')
    writeFileSync(join(folder, 'large.asc'), ' '.repeat(64 * 1024) + fixture('good.key.asc'))
    writeFileSync(join(folder, 'bytes.gpg'), Buffer.from([0x98, 0xff]))
    const refused = await trust(...words)
    assert.deepEqual([refused.code, refused.stdout], [code, ''])
    assert.match(refused.stderr, says)
    assert.equal(existsSync(file), false)
  })

test('two changes at once are both kept', async (t) => {
  const { file } = aMachine(t)
  const names = ['good', 'other', 'rsa', 'nist']
  const keys = await Promise.all(names.map((name) => keyOf(name)))
  await Promise.all(
    keys.map((key) =>
      changeTrustedKeys(file, (before) => ({
        keys: [...before, { key, addresses: [SHOP], names: [] }],
        result: undefined,
      })),
    ),
  )
  assert.equal((await readTrustedKeys(file)).length, 4)
  assert.doesNotMatch(readFileSync(file, 'utf8'), /PRIVATE/)
})
