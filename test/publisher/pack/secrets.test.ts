// What looks like a secret is never packed by mistake, wherever it lies and however the bytes are cut.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { buildRelease } from '../../../publisher/pack/build-release.ts'
import { secretFileName } from '../../../publisher/pack/secret-patterns.ts'
import type { SecretFind } from '../../../publisher/pack/secret-scan.ts'
import { scanSecrets } from '../../../publisher/pack/secret-scan.ts'
import { readProject } from '../../../publisher/project/read-project.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { anElf, aPluginProject } from '../../support/builders/plugin-project.ts'

// Put together here, so that no scanner takes this file for a leak.
const TAIL = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0'
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const ENCRYPTED = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString()

const SECRETS: Readonly<Record<string, string>> = {
  'private key': PEM,
  'encrypted private key': ENCRYPTED,
  'private key in a program': `const key = ${JSON.stringify(PEM)}`,
  'old private key': PEM.replace('PRIVATE', 'RSA PRIVATE').replace(
    'KEY-----\n',
    'KEY-----\nProc-Type: 4,ENCRYPTED\n\n',
  ),
  'octo token': `token=${'octo'}_${TAIL}${TAIL.slice(0, 9)}`,
  'npm token': `${'npm'}_${TAIL.slice(0, 36)}`,
  'npm registry login': `//registry.example.com/:_authToken=${TAIL}`,
  'github token': `${'ghp'}_${TAIL.slice(0, 36)}`,
  'gitlab token': `${'glpat'}-${TAIL.slice(0, 20)}`,
  'slack token': `${'xoxb'}-${TAIL}`,
  'aws secret key': `aws_secret_access_key = ${TAIL}`,
}
const HARMLESS: Readonly<Record<string, string>> = {
  'a program that reads PEM': `if (text.includes('-----BEGIN PRIVATE KEY-----')) parse(text)`,
  'a public key': PEM.replaceAll('PRIVATE', 'PUBLIC'),
  'a documented token': 'tokens look like octo_… and start with octo_',
  'a variable name': 'npm_config_registry=https://registry.example.com ghp_ _authToken=${NPM_TOKEN}',
}

async function findsIn(bytes: Buffer, pieceBytes: number): Promise<string[]> {
  const finds: SecretFind[] = []
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
  }
  const passed: Uint8Array[] = []
  for await (const chunk of scanSecrets(pieces(), 'file.txt', finds)) passed.push(chunk)
  assert.deepEqual(Buffer.concat(passed), bytes)
  return finds.map(({ what }) => what)
}

for (const [name, secret] of Object.entries(SECRETS))
  test(`finds a ${name}, also across a seam`, async () => {
    const bytes = Buffer.from(`${'x'.repeat(600)}\n${secret}\n${'y'.repeat(600)}`)
    for (const piece of [64, 577, 640, 100_000])
      assert.equal((await findsIn(bytes, piece)).length, 1, `pieces of ${piece}`)
  })

for (const [name, text] of Object.entries(HARMLESS))
  test(`does not take ${name} for a secret`, async () => {
    assert.deepEqual(await findsIn(Buffer.from(text.padEnd(600)), 64), [])
  })

test('knows file names that exist to hold secrets', () => {
  for (const path of ['.env', 'src/.env.local', '.envrc', 'a/id_rsa', 'cert.pfx', '.netrc', '.git-credentials'])
    assert.ok(secretFileName(path), path)
  for (const path of ['environment.ts', 'src/env.js', 'id_rsa.pub', 'keys.md'])
    assert.equal(secretFileName(path), undefined, path)
})

test('refuses them all at once, says how to allow one, and leaves no artifact behind', async () => {
  await using project = await aPluginProject({
    files: { 'src/.env': 'A=1', 'src/deep/key.txt': PEM, 'tool/bin': Buffer.concat([anElf(), Buffer.from(PEM)]) },
    manifest: {
      platforms: {
        any: { runtime: { name: 'sh' }, files: ['src'], executable: 'src/hello.sh' },
        linux_amd64: { file: 'tool/bin' },
      },
    },
  })
  const error = await expectCodeAsync('SECRET_IN_ARCHIVE', async () =>
    buildRelease({ project: await readProject(project.dir), out: project.path('dist'), env: {} }),
  )
  assert.deepEqual(error.details.finds, [
    'src/.env: environment file',
    'src/deep/key.txt: private key',
    'tool/bin: private key',
  ])
  assert.match(error.hint ?? '', /allowSecrets: \["src\/.env"\]/)
  assert.deepEqual(await readdir(project.path('dist')), [])
  assert.ok(!JSON.stringify(error).includes(PEM.split('\n')[1] ?? ''), 'the secret itself is not shown')
})

test('publishes what plugin.yaml allows by path, and nothing else', async () => {
  const files = { 'src/test.pem': PEM, 'src/other.pem': PEM }
  await using project = await aPluginProject({ files, manifest: { allowSecrets: ['src/test.pem'] } })
  const build = async () =>
    buildRelease({ project: await readProject(project.dir), out: project.path('dist'), env: {} })
  const error = await expectCodeAsync('SECRET_IN_ARCHIVE', build)
  assert.deepEqual(error.details.finds, ['src/other.pem: private key'])
  await project.write('src/other.pem', 'nothing secret')
  assert.equal(Object.keys((await build()).platforms).length, 1)
})
