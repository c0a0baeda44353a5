// key-signing with keys as `octo keygen` writes them, asked as a host asks it.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { plugin } from '../../../plugins/ocm/key-signing/plugin.ts'
import type { Credentials } from '../../../sdk/service/index.ts'
import { testPlugin } from '../../../sdk/service/index.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'

const digest = {
  hashAlgorithm: 'SHA-256',
  normalisationAlgorithm: 'jsonNormalisation/v4alpha1',
  value: 'ab'.repeat(32),
}

type Config = { readonly type?: string; readonly [key: string]: unknown }

async function scene(t: test.TestContext) {
  const folder = tempFolder(t)
  const running = await testPlugin(plugin)
  t.after(() => running.stop())
  const keygen = async (name: string, ...words: readonly string[]) => {
    const out = join(folder, name)
    const { code, stdout } = await typeOcto(['keygen', '--out', out, '--json', ...words])
    assert.equal(code, 0, stdout)
    const { line, id } = JSON.parse(stdout) as { line: string; id: string }
    return { keyFile: `${out}.key`, publicKeyFile: `${out}.pub`, line, id }
  }
  const sign = async (config: Config, credentials?: Credentials) => {
    const asked = { digest, config: { type: 'OctoKey/v1', ...config } }
    return (await running.call('signingHandler', 'sign', asked, credentials ? { credentials } : {})).signature
  }
  type Signed = Awaited<ReturnType<typeof sign>>
  const verify = async (signature: Signed, config: Config, over: typeof digest = digest) =>
    await running.call('signingHandler', 'verify', {
      ...{ signature: { name: 'n', digest: over, signature }, config: { type: 'OctoKey/v1', ...config } },
    })
  return { folder, running, keygen, sign, verify }
}

test('verifies what it signed, with a key of either kind, by file and by line', async (t) => {
  const { keygen, sign, verify } = await scene(t)
  for (const [type, algorithm] of [
    ['ed25519', 'Ed25519'],
    ['ecdsa-p256', 'ECDSA-P256-SHA256'],
  ] as const) {
    const { keyFile, publicKeyFile, line, id } = await keygen(type, '--type', type)
    const signature = await sign({ keyFile })
    const { value: _, ...said } = signature
    assert.deepEqual(said, { algorithm, issuer: id, mediaType: 'application/vnd.octo.component-signature.v1' })
    await verify(signature, { publicKeyFiles: [publicKeyFile] })
    await verify(signature, { publicKeys: [line] })
    await verify(signature, { publicKeys: [readFileSync(publicKeyFile, 'utf8')] })
  }
})

test('a signature is over all of the digest, and is spelt in one way', async (t) => {
  const { keygen, sign, verify } = await scene(t)
  const { keyFile, line } = await keygen('acme', '--type', 'ed25519')
  const signature = await sign({ keyFile })
  const config = { publicKeys: [line] }
  for (const other of [
    { ...digest, value: 'ac'.repeat(32) },
    { ...digest, value: digest.value.toUpperCase() },
    { ...digest, hashAlgorithm: 'SHA-512' },
    { ...digest, normalisationAlgorithm: 'jsonNormalisation/v2' },
  ])
    await assert.rejects(verify(signature, config, other), { status: 422 })
  const { value } = signature
  const changed = value.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))
  for (const other of ['', value.replace(/=+$/, ''), `${value}\n`, changed, 'no base64'])
    await assert.rejects(verify({ ...signature, value: other }, config), { status: 422 }, JSON.stringify(other))
  await assert.rejects(verify({ ...signature, algorithm: 'ECDSA-P256-SHA256' }, config), { status: 422 })
  await assert.rejects(verify({ ...signature, mediaType: 'application/x' }, config), { status: 400 })
})

test('a key that is not named counts for nothing, whatever a signature says of itself', async (t) => {
  const { keygen, sign, verify } = await scene(t)
  const [own, other] = [await keygen('own', '--type', 'ed25519'), await keygen('other', '--type', 'ed25519')]
  const signature = await sign({ keyFile: other.keyFile })
  await assert.rejects(verify({ ...signature, issuer: own.id }, { publicKeys: [own.line] }), { status: 422 })
  await verify(signature, { publicKeys: [own.line, other.line] })
  for (const config of [{}, { publicKeys: [] }, { publicKeyFiles: [] }])
    await assert.rejects(verify(signature, config), { status: 400, message: /no key to verify with/ })
  for (const publicKeys of [['nothing'], [own.line, ''], [readFileSync(own.keyFile, 'utf8')]])
    await assert.rejects(verify(signature, { publicKeys }), { status: 400 })
})

test('a private key comes from a file for its owner alone, or from the host, with its passphrase', async (t) => {
  const { folder, keygen, sign, verify, running } = await scene(t)
  writeFileSync(join(folder, 'passphrase'), 'correct horse\n', { mode: 0o600 })
  const { keyFile, line } = await keygen('locked', '--passphrase-file', join(folder, 'passphrase'))
  const of = (properties: Record<string, string>): Credentials => ({ type: 'Credentials/v1', properties })
  const passphrase = 'correct horse'
  const privateKey = readFileSync(keyFile, 'utf8')
  await verify(await sign({ keyFile }, of({ passphrase })), { publicKeys: [line] })
  await verify(await sign({}, of({ privateKey, passphrase })), { publicKeys: [line] })
  for (const properties of [{}, { passphrase: 'wrong horse' }] as const)
    await assert.rejects(sign({ keyFile }, of(properties)), { status: 400, message: /missing or wrong$/ })
  await assert.rejects(sign({}, of({ privateKey: 'correct horse' })), (error: Error) => {
    assert.equal(error.message.includes('horse'), false)
    return true
  })
  await assert.rejects(sign({}), { status: 401 })
  chmodSync(keyFile, 0o640)
  await assert.rejects(sign({ keyFile }, of({ passphrase })), { status: 403, message: /expected the mode 0600/ })
  mkdirSync(join(folder, 'folder'))
  for (const file of ['nothing', 'folder']) await assert.rejects(sign({ keyFile: join(folder, file) }), { status: 400 })
  await assert.rejects(sign({ keyFile: 'relative.key' }), { status: 400 })
  const logged = JSON.stringify(running.logged)
  for (const secret of ['horse', privateKey.slice(100, 140)]) assert.equal(logged.includes(secret), false)
})

test('the host finds the key by the name of the signature', async (t) => {
  const { running } = await scene(t)
  const config = { type: 'OctoKey' }
  const found = await running.call('signingHandler', 'getSignerIdentity', { digest, config, name: 'acme' })
  assert.deepEqual(found, { identity: { type: 'OctoKey/v1', name: 'acme' } })
})
