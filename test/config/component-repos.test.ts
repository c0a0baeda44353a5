// Plugin registries of OCM as repos of a config: by which address, and what a config has to say of who proves their plugins.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readConfig } from '../support/builders/read-configs.ts'
import { readFiles, writeConfigFiles } from '../support/machine/config-files.ts'

const URL_TEXT = 'https://x.example/repos/core.yaml'
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const KEY = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
const ocm = (url: string, trust = 'digests: []') => `operator: {repos: {core: {url: "${url}", ${trust}}}}`
const [RSA, SHORT_RSA] = [2048, 1024].map((modulusLength) =>
  generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
)

const REFUSED: readonly (readonly [text: string, problem: RegExp])[] = [
  ...[
    'ocm://',
    'ocm://x.example',
    'ocm://x.example/acme',
    'ocm://me:hunter2@x.example//acme.org/p',
    'ocm://x.example//p',
  ].map((url) => [ocm(url), /address of repo `core` is none of a plugin registry of OCM$/] as const),
  [ocm('ocm://x.example//acme.org/p', 'a: 1'), /repo `core` does not say what proves its plugins$/],
  [ocm('ocm://x.example//acme.org/p', 'keys: []'), /repo `core` does not say what proves its plugins$/],
  [ocm('ocm://x.example//acme.org/p', 'trust: unsigned'), /nothing runs without proof: `trust` does not fit$/],
  [ocm('ocm://x.example//acme.org/p', `keys: [${KEY}]`), /this is no public key that can be pinned$/],
  [ocm('ocm://x.example//acme.org/p', `keys: [${SHORT_RSA}]`), /this is no public key that can be pinned$/],
  [ocm('ocm://x.example//acme.org/p', 'digests: [sha512:00]'), /expected `sha256:` and 64 hex digits/],
  [
    ocm(URL_TEXT, `keys: [${KEY}], digests: [sha256:${'0'.repeat(64)}]`),
    /`digests` of repo `core` are of component versions/,
  ],
  [ocm(URL_TEXT, `keys: [${RSA}]`), /this is no public key that can be pinned$/],
]
for (const [text, problem] of REFUSED)
  test(`\`${text.replace(/[A-Za-z0-9+/=]{100,}/, 'KEY')}\` is refused`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': `${text}\n` }))
    assert.match(error.message, problem)
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error.details)} ${error.hint}`, /hunter2/)
  })

test('a plugin registry of OCM is a repo with RSA keys, with digests, or with the error that says which', async (t) => {
  const text = `operator: {repos: {
    a: {url: 'ocm://x.example:5000/acme//acme.org/registry', keys: [${RSA}]},
    b: {url: 'ocm://x.example//acme.org/registry:1.2.3', digests: [sha256:${'0'.repeat(64)}]},
    c: {url: 'ocm://localhost:5000//acme.org/registry', digests: []}}}`
  const { repos } = await readFiles(t, { 'octo.yaml': text })
  assert.deepEqual(
    repos.map(({ name, url, trust }) => [name, url, trust.kind, 'digests' in trust && trust.digests.length]),
    [
      ['a', 'ocm://x.example:5000/acme//acme.org/registry', 'component', 0],
      ['b', 'ocm://x.example//acme.org/registry:1.2.3', 'component', 1],
      ['c', 'ocm://localhost:5000//acme.org/registry', 'component', 0],
    ],
  )
})

test('no document from elsewhere says where a registry of OCM is, or what proves its plugins', async (t) => {
  const web = 'https://x.example/shared.yaml'
  const said = [`digests: [sha256:${'0'.repeat(64)}]`, `keys: [${RSA}]`, "url: 'ocm://x.example//acme.org/registry'"]
  for (const text of said) {
    const local = `include: [{url: '${web}'}]\noperator: {repos: {acme: {url: 'ocm://x.example//acme.org/r', digests: []}}}\n`
    const cwd = await writeConfigFiles(t, { 'octo.yaml': local })
    const fetchText = async () => `operator: {repos: {acme: {${text}}}}\n`
    const error = await expectCodeAsync('CONFIG_INVALID', () => readConfig(undefined, { cwd, env: {}, fetchText }))
    assert.match(error.message, /may not write `operator\.repos\.acme`/)
  }
})
