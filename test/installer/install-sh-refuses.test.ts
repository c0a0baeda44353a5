// install.sh starts nothing of a download that is not known to be good: a table of what a server or a typist may do.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { digestOf, hexOf } from '../../schemas/digest.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { aRelease, issueKey } from '../support/builders/test-authority.ts'
import type { Download } from '../support/client/downloadable-octo.ts'
import { aDownloadable, assertInstalled, assertNotStarted, PROGRAM } from '../support/client/downloadable-octo.ts'
import { findProgram } from '../support/client/installer-run.ts'
import { anOctoRelease } from '../support/client/octo-installation.ts'
import { triesEveryCase } from '../support/machine/full-form.ts'

const PROVER = ['curl', 'openssl'].every((name) => findProgram(name))
  ? false
  : 'curl and openssl are not on this machine'

const other: TrustKey = issueKey().trustKey
const UNPROVEN: readonly (readonly [
  string,
  RegExp,
  (scene: Download) => Promise<readonly string[]> | readonly string[],
])[] = [
  [
    'a digest of other bytes',
    /expected 0000/,
    ({ registry, line }) => [registry.base, '--sha256', '0'.repeat(64), '--key', line],
  ],
  [
    'a digest that is none',
    /no 64 hex digits/,
    ({ registry, line }) => [registry.base, '--sha256', 'abc', '--key', line],
  ],
  ['no key', /name the public key/, ({ registry, digest }) => [registry.base, '--sha256', digest]],
  [
    'a key that did not sign',
    /not signed by the key/,
    ({ registry }) => [registry.base, '--key', publicKeyLine(other)],
  ],
  [
    'other bytes under the name',
    /not signed by the key/,
    ({ registry, place, file, line }) => {
      registry.files.set(`${place}/${file}`, Buffer.from('other'))
      return [registry.base, '--key', line]
    },
  ],
  [
    'other bytes with a checksum of their own beside them',
    /not signed by the key/,
    ({ registry, place, file, line }) => {
      registry.files.set(`${place}/${file}`, Buffer.from('other'))
      registry.files.set(`${place}/${file}.sha256`, Buffer.from(`${hexOf(digestOf(Buffer.from('other')))}  x\n`))
      return [registry.base, '--key', line]
    },
  ],
  [
    'a checksum beside it that is another one',
    /did not come whole/,
    ({ registry, place, file, digest, line }) => {
      registry.files.set(`${place}/${file}.sha256`, Buffer.from(`${'1'.repeat(64)}  ${file}\n`))
      return [registry.base, '--sha256', digest, '--key', line]
    },
  ],
  [
    'a checksum beside it that would write to the terminal',
    /did not come whole: [0-9a-f]{64}, and the checksum beside it is no digest\n/,
    ({ registry, place, file, digest, line }) => {
      registry.files.set(`${place}/${file}.sha256`, Buffer.from('\u001b]0;owned\u0007\u001b[2J\n'))
      return [registry.base, '--sha256', digest, '--key', line]
    },
  ],
  [
    'a good signature over another plugin',
    /not signed by the key/,
    async ({ registry, place, key, line }) => {
      const { bundle } = await aRelease(key, { plugin: 'hello', version: '1.0.0' })
      registry.files.set(`${place}/release.sigstore.json`, Buffer.from(bundle))
      return [registry.base, '--key', line]
    },
  ],
  [
    'a program of another plugin by the same key',
    /not signed by the key/,
    async ({ registry, place, file, key, line }) => {
      const hello = await anOctoRelease(key, { program: PROGRAM }, 'hello')
      registry.files.set(`${place}/release.sigstore.json`, Buffer.from(hello.bundle))
      registry.files.set(`${place}/${file}`, [...hello.files.values()][0] ?? Buffer.alloc(0))
      return [registry.base, '--key', line]
    },
  ],
  [
    'a good signature over an older octo',
    /not signed by the key/,
    async ({ registry, place, file, key, line }) => {
      const older = await anOctoRelease(key, { version: '0.9.0', program: PROGRAM })
      registry.files.set(`${place}/release.sigstore.json`, Buffer.from(older.bundle))
      registry.files.set(`${place}/${file}`, [...older.files.values()][0] ?? Buffer.alloc(0))
      return [registry.base, '--key', line]
    },
  ],
  [
    'a statement that was changed',
    /not signed by the key/,
    ({ registry, place, release, line }) => {
      const bundle = JSON.parse(release.bundle)
      const text = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString().replace('says hello', 'says more')
      bundle.dsseEnvelope.payload = Buffer.from(text).toString('base64')
      registry.files.set(`${place}/release.sigstore.json`, Buffer.from(JSON.stringify(bundle)))
      return [registry.base, '--key', line]
    },
  ],
  [
    'a bundle with two payloads',
    /not signed by the key/,
    ({ registry, place, release, line }) => {
      registry.files.set(`${place}/release.sigstore.json`, Buffer.from(`${release.bundle}{"payload":"e30="}`))
      return [registry.base, '--key', line]
    },
  ],
  [
    'a version that is not there',
    /cannot fetch/,
    ({ registry, line }) => [registry.base, '--version', '7.0.0', '--key', line],
  ],
  [
    'a version that is a command',
    /no version/,
    ({ registry, line }) => [registry.base, '--version', '1;touch x', '--key', line],
  ],
  ['a registry without octo', /no versions of octo/, ({ registry, line }) => [registry.url('other'), '--key', line]],
  ['an option that nobody knows', /unknown option/, ({ registry }) => [registry.base, '--yes']],
]

test('what is not known to be good is not started', { skip: PROVER }, async (t) => {
  for (const [what, said, prepare] of UNPROVEN) {
    const scene = await aDownloadable(t)
    const run = await scene.run(await prepare(scene))
    assertNotStarted(run, scene, what)
    assert.match(run.output, said, what)
  }
})

for (const kind of ['ecdsa-p256', 'ed25519'] as const)
  test(`a ${kind} key that is typed is that key, whatever a file here is called`, { skip: PROVER }, async (t) => {
    const scene = await aDownloadable(t, {}, kind)
    const { registry, home, line, key, run } = scene
    const { trustKey } = issueKey(kind)
    for (const typed of [publicKeyLine(trustKey), trustKey.pem]) {
      // The scene's own key is that of whoever put the file there, and signed what is served.
      const planted = join(home, typed)
      mkdirSync(dirname(planted), { recursive: true })
      writeFileSync(planted, `${line}\n`)
      const refused = await run([registry.base, '--key', typed])
      assertNotStarted(refused, scene, typed)
      assert.match(refused.output, /not signed by the key/)
    }
    writeFileSync(join(home, 'octo.pub'), key.trustKey.pem)
    assertInstalled(await run([registry.base, '--key', 'octo.pub']), scene)
  })

test('nothing is proven in a folder where others can put another octo in its place', { skip: PROVER }, async (t) => {
  const scene = await aDownloadable(t)
  const open = join(scene.folder, 'open')
  mkdirSync(open)
  chmodSync(open, 0o777)
  const words = [scene.registry.base, '--key', scene.line]
  const refused = await scene.run(words, { env: { TMPDIR: open } })
  assertNotStarted(refused, scene, 'without a sticky bit')
  assert.equal(refused.code, 73)
  assert.match(refused.output, /set TMPDIR to a folder of your own/)
  assert.deepEqual(scene.registry.requests, [])
  chmodSync(open, 0o1777)
  assertInstalled(await scene.run(words, { env: { TMPDIR: open } }), scene)
  assert.deepEqual(readdirSync(open), [])
})

const LOGINS = [
  'https://me:hunter2@h.example',
  'https://me:hun/ter2@h.example/repos/core.yaml',
  'https://me:hun?ter2@h.example',
  'https://hunter2@h.example',
  'HTTPS://me:hunter2@h.example',
  'https:/\\me:hunter2@h.example',
  'https:\\\\me:hunter2@h.example',
  'https://me%3Ahunter2%40h.example',
  'https://me:hunter2%40h.example',
  'https://me:hunter2',
  'https://[::1]:hunter2/',
  '//me:hunter2@h.example',
  'me:hunter2@h.example/repos/core.yaml',
  ' https://me:hunter2@h.example',
  'ftp://me:hunter2@h.example',
]
const QUERIES = [
  'https://h.example?sig=hunter2',
  'https://h.example/repos/core.yaml?sig=hunter2',
  'https://h.example/#hunter2',
]
const FAIR = ['http://127.0.0.1:1', 'http://[::1]:1', 'http://127.0.0.1:1/with%40sign', 'http://127.0.0.1:1/a:b']

test('an address with a login or a query is refused however it is written, and not shown', async (t) => {
  const scene = await aDownloadable(t)
  const words = ['--key', scene.line]
  const forms = [
    ...LOGINS.map((form) => [form, /user or password/] as const),
    ...QUERIES.map((form) => [form, /query/] as const),
  ]
  for (const [at, [form, said]] of forms.entries()) {
    // One function of the script reads both; the first form of each kind stands in both places, the others in turn.
    const isFirst = form === LOGINS[0] || form === QUERIES[0]
    const places = [
      [form, ...words],
      [scene.registry.base, '--repo', form, ...words],
    ]
    for (const given of triesEveryCase || isFirst ? places : [places[at % 2] ?? []]) {
      const run = await scene.run(given)
      assertNotStarted(run, scene, form)
      assert.equal(run.code, 64, `${form}: ${run.output}`)
      assert.match(run.output, said, form)
      assert.doesNotMatch(run.output, /hun|ter2/, form)
    }
  }
  assert.deepEqual(scene.registry.requests, [])
})

test('no word that is not understood is shown with what may be a password', async (t) => {
  const scene = await aDownloadable(t)
  for (const words of [
    ['https://me:hunter2@h.example', scene.registry.base],
    [scene.registry.base, 'https://me:hunter2@h.example'],
    [scene.registry.base, '--password=hunter2'],
    [scene.registry.base, '-phunter2'],
  ]) {
    const run = await scene.run([...words, '--key', scene.line])
    assert.equal(run.code, 64, run.output)
    assert.doesNotMatch(run.output, /hunter2/)
    assert.match(run.output, /two bases|unknown option (?:--password|-p)$/m)
  }
})

test('ports, addresses in brackets and encoded signs of a path are no login', { skip: PROVER }, async (t) => {
  const scene = await aDownloadable(t)
  for (const form of FAIR)
    assert.match((await scene.run([form, '--key', scene.line])).output, /no versions of octo at/, form)
  const file = `file://${scene.folder}/me@here/repos/core.yaml`
  assert.match((await scene.run([file, '--key', scene.line])).output, /no versions of octo at/)
})
