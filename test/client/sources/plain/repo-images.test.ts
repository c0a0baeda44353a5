// Images of services that repos name: only from documents that the keys of the repo signed, or where the config gives up the proof.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { ErrorCode } from '../../../../schemas/error-codes.ts'
import { SERVED_YAML } from '../../../../schemas/yaml/parse.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { aConfig } from '../../../support/builders/a-config.ts'
import { blobBundle } from '../../../support/builders/blob-bundle.ts'
import { issueKey } from '../../../support/builders/test-authority.ts'
import { aMachine, key } from '../../../support/client/client-machine.ts'
import { listening } from '../../../support/machine/listening.ts'

const NATS = { docker: { registry: 'docker.io', image: 'acme/nats', tag: 'v2.0.0' } }
const YAML = 'services: {nats: {docker: {registry: docker.io, image: acme/nats, tag: v2.0.0}}}\n'
const UNSIGNED = { kind: 'unsigned' } as const

/** Files by name; those of `signed` have a signature beside them. */
async function aRepo(t: TestContext, signed: Record<string, string>, more: Record<string, string> = {}) {
  const bundles = Object.entries(signed).map(([name, text]) => [
    `${name}.sigstore.json`,
    JSON.stringify(blobBundle(text, key)),
  ])
  const files = new Map<string, string>([...Object.entries(signed), ...bundles, ...Object.entries(more)] as [])
  const state = { isAway: false }
  const requests: string[] = []
  const port = await listening(
    t,
    createServer((request, response) => {
      const name = (request.url ?? '').slice(1)
      requests.push(name)
      const text = files.get(name)
      if (state.isAway) return void response.writeHead(503).end()
      if (text === undefined) return void response.writeHead(404).end()
      response.setHeader('etag', `"${Buffer.from(text).toString('base64url').slice(-40)}${text.length}"`).end(text)
    }),
  )
  const { withClient, warnings } = await aMachine(t, [])
  const url = (name: string) => `http://127.0.0.1:${port}/${name}`
  type Trust = Parameters<typeof aConfig>[0][number]['trust']
  const images = (names: readonly string[], trusts: Record<string, Trust> = { 'core.yaml': key }, offline = false) => {
    const repos = Object.entries(trusts).map(([file, trust]) => ({
      name: file.replace('.yaml', ''),
      url: url(file),
      trust,
    }))
    return withClient({ config: aConfig(repos, []), offline }, (client) => client.repoImages(names))
  }
  return { files, requests, state, warnings, images }
}

test('a repo with keys names an image in a document that one of them signed', async (t) => {
  const { images, files, requests } = await aRepo(t, { 'core.yaml': YAML })
  assert.deepEqual(await images(['nats', 'web']), { nats: NATS })
  assert.deepEqual(await images([]), {})
  requests.length = 0
  files.delete('core.yaml.sigstore.json')
  assert.deepEqual(await images(['nats']), {})
  assert.deepEqual(requests, ['core.yaml.sigstore.json'], 'a list that nobody signed is not even asked for')
})

const REFUSED: readonly (readonly [string, ErrorCode, (files: Map<string, string>) => void])[] = [
  [
    'other bytes than were signed',
    'SIGNATURE_INVALID',
    (files) => files.set('core.yaml', YAML.replace('acme', 'evil')),
  ],
  [
    'a key that the config does not name',
    'SIGNER_NOT_ALLOWED',
    (files) => files.set('core.yaml.sigstore.json', JSON.stringify(blobBundle(YAML, issueKey()))),
  ],
  ['a signature that is none', 'BUNDLE_MALFORMED', (files) => files.set('core.yaml.sigstore.json', '{}')],
]
for (const [what, code, change] of REFUSED)
  test(`${what}: no image of the repo counts`, async (t) => {
    const { images, files } = await aRepo(t, { 'core.yaml': YAML })
    change(files)
    await expectCodeAsync(code, () => images(['nats']))
  })

test('what a signed document includes has to be signed too', async (t) => {
  const outer = 'include: [{url: ./more.yaml}]\n'
  const open = await aRepo(t, { 'core.yaml': outer }, { 'more.yaml': YAML })
  await expectCodeAsync('SIGNATURE_MISSING', () => open.images(['nats']))
  const signed = await aRepo(t, { 'core.yaml': outer, 'more.yaml': YAML })
  assert.deepEqual(await signed.images(['nats']), { nats: NATS })
})

test('a signature whose document is gone, or a signed one that includes what is gone, names no image', async (t) => {
  const { images, files } = await aRepo(t, { 'core.yaml': 'include: [{url: ./more.yaml}]\n' })
  await expectCodeAsync('REPO_NOT_FOUND', () => images(['nats']))
  files.delete('core.yaml')
  await expectCodeAsync('REPO_NOT_FOUND', () => images(['nats']))
})

test('a repo without proof is believed only where the config says so, and the first that includes counts', async (t) => {
  const inner = YAML.replace('v2.0.0', 'v1')
  const { images } = await aRepo(t, {}, { 'core.yaml': `include: [{url: ./more.yaml}]\n${YAML}`, 'more.yaml': inner })
  assert.deepEqual(await images(['nats']), {})
  assert.deepEqual(await images(['nats'], { 'core.yaml': UNSIGNED }), { nats: NATS })
})

test('two repos that name an image for one service are refused', async (t) => {
  const { images } = await aRepo(t, { 'core.yaml': YAML, 'own.yaml': YAML })
  const error = await expectCodeAsync('NAME_AMBIGUOUS', () => images(['nats'], { 'core.yaml': key, 'own.yaml': key }))
  assert.match(error.message, /`core` and `own`/)
})

const DOCKERS: readonly (readonly [string, object | RegExp | undefined])[] = [
  ['{image: nats}', { image: 'nats' }],
  ['{image: nats, tag: "", registry: null, command: [], entrypoint: ""}', { image: 'nats' }],
  ['{image: nats, tag: null, command: null, entrypoint: []}', { image: 'nats' }],
  [
    '{image: nats, command: [-c, x], entrypoint: /bin/nats}',
    { image: 'nats', command: ['-c', 'x'], entrypoint: '/bin/nats' },
  ],
  ['{image: nats, build: {repo: "https://evil.example/x.git"}, privileged: true}', { image: 'nats' }],
  ['null', undefined],
  ['{tag: v1}', /has no `image`/],
  ['{image: [nats]}', /`image` that is no text/],
  ['{image: nats, tag: 1.20}', /`tag` that is no text/],
  ['{image: "nats --privileged"}', /which is none/],
  ['{image: "{{.env.SECRET}}"}', /which is none/],
  ['{image: nats, tag: "a/b"}', /which is none/],
  ['{image: nats, command: [1]}', /neither text nor a list/],
]
test(`what a repo says of an image is read as octoctl does, and nothing else of it counts (${DOCKERS.length})`, async (t) => {
  const { images, files } = await aRepo(t, {})
  for (const [docker, expected] of DOCKERS) {
    files.set('core.yaml', `services: {nats: {docker: ${docker}}}\n`)
    const read = () => images(['nats'], { 'core.yaml': UNSIGNED })
    if (expected instanceof RegExp) assert.match((await expectCodeAsync('FORMAT_INVALID', read)).message, expected)
    else assert.deepEqual(await read(), expected ? { nats: { docker: expected } } : {}, docker)
  }
})

test('a server that is away leaves what was read before, and is an error where nothing was', async (t) => {
  const { images, state, warnings, files } = await aRepo(t, { 'core.yaml': YAML })
  state.isAway = true
  await expectCodeAsync('FETCH_REFUSED', () => images(['nats'], { 'core.yaml': UNSIGNED }))
  assert.deepEqual(await images(['nats'], { 'core.yaml': key }, true), {})
  assert.match(warnings.join(), /repo `core` may name images/)
  state.isAway = false
  await images(['nats'])
  state.isAway = true
  assert.deepEqual(await images(['nats']), { nats: NATS })
  assert.match(warnings.join(), /the copy of it that is kept counts/)
  assert.deepEqual(await images(['nats'], { 'core.yaml': key }, true), { nats: NATS })
  assert.ok(files.size > 0)
})

test('a server that is there and gives what cannot be taken is an error, whatever was read before', async (t) => {
  const { images, files, warnings } = await aRepo(t, {}, { 'core.yaml': YAML })
  const read = () => images(['nats'], { 'core.yaml': UNSIGNED })
  await read()
  files.set('core.yaml', ' '.repeat(SERVED_YAML.maxBytes + 1))
  await expectCodeAsync('LIMIT_EXCEEDED', read)
  assert.deepEqual(warnings, [])
})
