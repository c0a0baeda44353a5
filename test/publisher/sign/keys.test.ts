// Keys: made safely, read only when nobody else can, never written over.
import assert from 'node:assert/strict'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeKeyPair } from '../../../publisher/sign/make-key.ts'
import { readSigningKey } from '../../../publisher/sign/read-key.ts'
import { parsePublicKey } from '../../../schemas/trust-key.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readConfig } from '../../support/builders/read-configs.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'

for (const kind of ['ecdsa-p256', 'ed25519'] as const)
  test(`keygen makes a pair of ${kind} that belongs together, readable only for its owner`, async (t) => {
    const dir = tempFolder(t)
    const { code, stdout, stderr } = await runOcto(['keygen', '--type', kind, '--json'], { cwd: dir, umask: 0 })
    assert.equal(code, 0, stderr)
    const answer = JSON.parse(stdout)
    assert.equal((await stat(join(dir, 'octo.key'))).mode & 0o777, 0o600)
    // Whoever can write it says whose signatures count.
    assert.equal((await stat(join(dir, 'octo.pub'))).mode & 0o777, 0o644)
    const key = await readSigningKey({ file: join(dir, 'octo.key'), env: {} })
    const shared = parsePublicKey(await readFile(join(dir, 'octo.pub'), 'utf8'), 'octo.pub')
    assert.deepEqual(key.trustKey, shared)
    assert.equal(parsePublicKey(answer.line, 'line').id, answer.id)
    assert.equal(shared.id, answer.id)
  })

test('keygen prints lines that pin the key in a config', async (t) => {
  const dir = tempFolder(t)
  const { stdout } = await typeOcto(['keygen'], { cwd: dir })
  const snippet = stdout
    .slice(stdout.indexOf('operator:'))
    .replaceAll('NAME', 'core')
    .replace('…', 'plugins.example.com')
  await writeFile(join(dir, 'octo.yaml'), snippet)
  const config = await readConfig(join(dir, 'octo.yaml'), { cwd: dir, env: {} })
  const [repo] = config.repos
  assert.equal(repo?.trust.kind, 'keys')
  const shared = parsePublicKey(await readFile(join(dir, 'octo.pub'), 'utf8'), 'octo.pub')
  assert.deepEqual(repo?.trust.kind === 'keys' && repo.trust.keys.map(({ id }) => id), [shared.id])
})

test('keygen never writes over a key', async (t) => {
  const dir = tempFolder(t)
  await typeOcto(['keygen'], { cwd: dir })
  const before = await readFile(join(dir, 'octo.key'), 'utf8')
  const second = await typeOcto(['keygen'], { cwd: dir })
  assert.equal(second.code, 73)
  assert.match(second.stderr, /ALREADY_EXISTS/)
  assert.equal(await readFile(join(dir, 'octo.key'), 'utf8'), before)
})

test('an encrypted key needs its passphrase, and no other will do', async (t) => {
  const dir = tempFolder(t)
  await writeFile(join(dir, 'pass'), 'correct horse\n', { mode: 0o600 })
  const made = await typeOcto(['keygen', '--passphrase-file', 'pass'], { cwd: dir })
  assert.equal(made.code, 0, made.stderr)
  const file = join(dir, 'octo.key')
  assert.match(await readFile(file, 'utf8'), /BEGIN ENCRYPTED PRIVATE KEY/)
  await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ file, env: {} }))
  await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ file, env: { OCTO_KEY_PASSPHRASE: 'wrong' } }))
  assert.ok(await readSigningKey({ file, env: { OCTO_KEY_PASSPHRASE: 'correct horse' } }))
  assert.ok(await readSigningKey({ file, env: { OCTO_KEY_PASSPHRASE_FILE: join(dir, 'pass') } }))
  assert.ok(await readSigningKey({ file, env: {}, askPassphrase: async () => 'correct horse' }))
})

test('refuses a key file that others can read', async (t) => {
  const dir = tempFolder(t)
  await typeOcto(['keygen'], { cwd: dir })
  const file = join(dir, 'octo.key')
  for (const mode of [0o640, 0o604, 0o666]) {
    await chmod(file, mode)
    const error = await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ file, env: {} }))
    assert.match(error.hint ?? '', /chmod 600/)
  }
  await chmod(file, 0o400)
  assert.ok(await readSigningKey({ file, env: {} }))
})

test('takes the key from the environment, and shows nothing of a damaged one', async () => {
  const { privatePem, trustKey } = makeKeyPair('ecdsa-p256')
  const key = await readSigningKey({ env: { OCTO_SIGNING_KEY: privatePem } })
  assert.equal(key.trustKey.id, trustKey.id)
  const damaged = privatePem.replace(/\n.{20}/, '\n********************')
  const error = await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ env: { OCTO_SIGNING_KEY: damaged } }))
  assert.ok(!JSON.stringify([error, error.message, error.stack, error.cause]).includes(damaged.slice(60, 100)))
})

test('says how to get a key when there is none, and refuses public keys and other kinds', async (t) => {
  const dir = tempFolder(t)
  const error = await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ env: {} }))
  assert.match(error.hint ?? '', /octo keygen/)
  await typeOcto(['keygen'], { cwd: dir })
  await chmod(join(dir, 'octo.pub'), 0o600)
  await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ file: join(dir, 'octo.pub'), env: {} }))
  await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ file: join(dir, 'missing.key'), env: {} }))
  const { generateKeyPairSync } = await import('node:crypto')
  const other = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey
  const pem = other.export({ type: 'pkcs8', format: 'pem' }).toString()
  await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ env: { OCTO_SIGNING_KEY: pem } }))
  assert.deepEqual((await readdir(dir)).sort(), ['octo.key', 'octo.pub'])
})
