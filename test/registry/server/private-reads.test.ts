// Who may read a private repo, on every face of the registry. Whoever may not is answered as if the repo did not exist, in status,
// headers and bytes, whatever they send along and whatever the registry remembers.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createApp, routesOf } from '../../../registry/server/app.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { callApi, openSession } from '../../support/publisher/publish-release.ts'
import type { Answer, PrivateScene } from '../../support/registry/private-scene.ts'
import { aPrivateScene, MARK, PLUGIN } from '../../support/registry/private-scene.ts'

const componentOf = (repo: string) => `${repo}/component-descriptors/octo.internal/${repo}`

/** Addresses that name the repo. Each has to be read by whoever may, and not to exist for the others. */
async function addressesOf({ ask, artifact, bundle, mayRead }: PrivateScene): Promise<readonly string[]> {
  const [authorization = ''] = Object.values(mayRead)
  const plugin = `/v2/${componentOf('secret')}/${PLUGIN}`
  const list = `/v2/${componentOf('secret')}`
  const manifest = (await ask(`${plugin}/manifests/1.0.0`, { authorization })).body
  const { config, layers } = JSON.parse(manifest.toString()) as {
    config: { digest: string }
    layers: { digest: string }[]
  }
  const release = `/repos/secret/${PLUGIN}/1.0.0`
  return [
    ...['/repos/secret.yaml', '/repos/secret.json', `/repos/secret/${PLUGIN}.json`, `/repos/secret/${PLUGIN}.yaml`],
    ...['', '.sha256'].map((end) => `${release}/${artifact.file}${end}`),
    `${release}/release.sigstore.json`,
    ...[`${plugin}/tags/list`, `${plugin}/manifests/1.0.0`, `${plugin}/manifests/${digestOf(manifest)}`],
    `${plugin}/referrers/${digestOf(manifest)}`,
    ...[config, ...layers, artifact, { digest: bundle }].map(({ digest }) => `${plugin}/blobs/${digest}`),
    ...[`${list}/tags/list`, `${list}/manifests/1.0.1`],
    ...['/plugins/secret', `/plugins/secret/${PLUGIN}`, `/plugins/secret/${PLUGIN}/1.0.0`],
    ...['/feeds/secret/newest.atom', `/feeds/secret/${PLUGIN}/newest.atom`],
    '/keys/secret.json',
  ]
}

/** What a request may say besides. */
type Wish = readonly [what: string, headers: (seen: Answer) => Readonly<Record<string, string>>]

const METHODS = ['GET', 'HEAD', 'GET', 'GET', 'POST']
const WISHES: readonly [Wish, ...Wish[]] = [
  ['as it is', () => ({})],
  ['that it has it already', ({ headers }) => ({ 'if-none-match': String(headers.etag ?? '"x"') })],
  ['whatever there is', () => ({ 'if-none-match': '*', 'accept-encoding': 'br, gzip' })],
  ['a part of it', () => ({ range: 'bytes=0-3' })],
  ['a page', () => ({ accept: 'text/html,*/*;q=0.8' })],
]

const shownOf = ({ status, headers, body }: Answer, repo: string) => {
  const { date: _, 'x-request-id': __, ...rest } = headers
  const text = body.toString().replace(/"requestId":"[^"]*"|<dt>Request<\/dt><dd><code>[^<]*/, '')
  return JSON.parse(JSON.stringify([status, rest, text]).replaceAll(repo, 'REPO'))
}

type Read = readonly [title: string, act: (scene: PrivateScene) => Promise<void>]
/** What leaves a registry as it is for the next one. */
const READS: Read[] = []
const reads = (...read: Read) => void READS.push(read)

reads('a private repo is read by whom it was opened to, and does not exist for anybody else', async (scene) => {
  const { ask, mayRead, mayNot } = scene
  for (const [round, path] of (await addressesOf(scene)).entries()) {
    const absent = path.replaceAll('secret', 'absent')
    const answers: Answer[] = []
    for (const [who, authorization] of Object.entries(mayRead)) {
      const seen = await ask(path, { authorization })
      assert.equal(seen.status, 200, `${who} at ${path}: ${seen.body}`)
      assert.equal(seen.headers['cache-control'], 'private, no-store, no-transform', `${who} at ${path}`)
      assert.match(String(seen.headers.vary), /Authorization/, path)
      assert.equal(seen.headers['cross-origin-resource-policy'], 'same-origin', path)
      assert.equal((await ask(path, { authorization }, 'HEAD')).status, 200)
      answers.push(seen)
    }
    const [seen = assert.fail()] = answers
    // Each of them asks as it is, and every third in another way: all ways come up at each address, and each of them asks in all.
    for (const [index, [who, authorization]] of Object.entries(mayNot).entries()) {
      const turn = Math.floor((index + round) / 3)
      const other = WISHES[1 + (turn % (WISHES.length - 1))] ?? WISHES[0]
      const method = METHODS[turn % METHODS.length] ?? 'GET'
      const ways = [[...WISHES[0], 'GET'] as const, ...((index + round) % 3 === 0 ? [[...other, method] as const] : [])]
      for (const [what, wish, how] of ways) {
        const headers = { ...wish(seen), ...(authorization === undefined ? {} : { authorization }) }
        const hidden: Answer = await ask(path, headers, how)
        const nothing: Answer = await ask(absent, headers, how)
        const where = `${who} asks with ${how} for ${what} at ${path}`
        assert.ok(hidden.status >= 401 && hidden.status <= 405, `${where}: ${hidden.status}`)
        // A page elsewhere learns as little of it from a browser that is logged in.
        assert.equal(hidden.headers['cross-origin-resource-policy'], 'same-origin', where)
        assert.deepEqual(shownOf(hidden, 'secret'), shownOf(nothing, 'absent'), where)
      }
    }
  }
})

reads('nothing that lists, finds or names by digest shows what is private', async (scene) => {
  const { ask, mayNot, mayRead, artifact, bundle } = scene
  const lists = [
    ...['/.well-known/octo.json', '/', '/search?q=', '/search?q=work', '/api/v1/search?q=', '/api/v1/search?q=work'],
    ...[
      '/v2/',
      '/v2/_catalog',
      '/livez',
      '/readyz',
      '/newest',
      '/feeds/newest.atom',
      '/repos/',
      '/metrics',
      '/sitemap.xml',
      '/robots.txt',
    ],
    ...[artifact.digest, bundle].map((digest) => `/blobs/${digest.replace(':', '/')}`),
  ]
  const finds = [
    ...[MARK, PLUGIN].flatMap((word) => [`/search?q=${word}`, `/api/v1/search?q=${word}`]),
    `/api/v1/search?q=${PLUGIN}&repo=secret`,
  ]
  // Words of the same lengths that are nowhere.
  const nowhere = (path: string) =>
    path.replaceAll(MARK, 'whatever').replaceAll(PLUGIN, 'nobody').replaceAll('secret', 'absent')
  for (const [who, authorization] of Object.entries(mayNot)) {
    const headers = authorization === undefined ? {} : { authorization }
    for (const path of lists) {
      const answer = await ask(path, headers)
      assert.ok(!/quixotic|secret/.test(answer.body.toString()), `${who} at ${path}: ${answer.body}`)
      if (path.startsWith('/blobs/')) assert.equal(answer.status, 404, who)
    }
    for (const path of finds) {
      const [{ status, body }, nothing] = [await ask(path, headers), await ask(nowhere(path), headers)]
      const shown = body.toString().replaceAll(MARK, 'whatever').replaceAll(PLUGIN, 'nobody')
      const masked = (text: string) => text.replace(/"requestId":"[^"]*"/, '')
      assert.deepEqual([status, masked(shown)], [nothing.status, masked(nothing.body.toString())], `${who} at ${path}`)
    }
  }
  const [authorization = ''] = Object.values(mayRead)
  for (const path of [
    `/api/v1/search?q=${MARK}`,
    `/api/v1/search?q=${PLUGIN}&repo=secret`,
    '/',
    `/search?q=${PLUGIN}`,
  ]) {
    const answer = await ask(path, { authorization })
    assert.ok(answer.body.includes(`${MARK} work`), path)
    assert.equal(answer.headers['cache-control'], 'private, no-store, no-transform')
    assert.ok(!answer.body.includes('unrelated'), 'another private repo')
    const open = await ask(path)
    assert.deepEqual([open.headers['cache-control'], open.headers.vary], ['public, max-age=10', 'Authorization'])
  }
})

reads('every route of the framework has a decision who may see it, and keeps to it', async ({ registry, ask }) => {
  const { services } = registry.serving.registry
  const routes = routesOf(services)
  const decided = new Set(routes.map(({ method, path }) => `${method} ${path}`))
  const mounted = createApp(services, { sight: () => Promise.reject(new Error('asked')) }).routes
  const found = mounted.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual(new Set(found), decided)
  assert.equal(found.length, decided.size)
  const values: Readonly<Record<string, string>> = {
    ...{
      document: 'secret.json',
      repo: 'secret',
      plugin: PLUGIN,
      version: '1.0.0',
      id: '0'.repeat(32),
      digest: digestOf('x'),
    },
  }
  for (const { method, path, access } of routes) {
    const asked = path.replace(/:(\w+)/g, (_all, name: string) => values[name] ?? assert.fail(`no value for ${name}`))
    const answer = await ask(asked, {}, method)
    assert.ok(!answer.body.includes(MARK), `${method} ${path}`)
    if (access === 'token') assert.equal(answer.status, 401, `${method} ${path}`)
    if (access === 'everyone') {
      const { token } = registry
      const known = await ask(asked, { authorization: `Bearer ${token}` }, method)
      assert.deepEqual(
        [known.status, known.body],
        [answer.status, answer.body],
        `${method} ${path} depends on who asks`,
      )
    }
    if (access === 'sight') assert.match(String(answer.headers.vary), /Authorization/, path)
  }
})

test('what becomes private is gone from every face and from the tree for everybody, and comes back when it becomes public', async (t) => {
  const scene = await aPrivateScene(t)
  const { registry, ask, mayNot } = scene
  const addresses = await addressesOf(scene)
  const statuses = async (authorization?: string) => {
    const answers = await Promise.all(
      addresses.map((path) => ask(path, authorization === undefined ? {} : { authorization })),
    )
    return new Set(answers.map(({ status }) => status))
  }
  const publicFiles = () => filesBelow(join(registry.dataDir, 'tree'))
  const hidesIt = () => publicFiles().every(({ path, text }) => !path.includes('secret') && !text.includes(MARK))
  assert.ok(hidesIt())
  for (let turns = 0; turns < 2; turns++) {
    await registry.setVisibility('secret', 'public')
    // Twice, so that what is remembered answers, too.
    for (let times = 0; times < 2; times++) assert.deepEqual(await statuses(), new Set([200]))
    assert.ok(!hidesIt())
    assert.deepEqual(
      filesBelow(join(registry.dataDir, 'private-tree')).filter(({ text }) => text.includes(MARK)),
      [],
    )
    await registry.setVisibility('secret', 'private')
    assert.ok(hidesIt())
    assert.deepEqual(await statuses(), new Set([401]))
    for (const authorization of [mayNot['a publisher of another repo'], mayNot['a reader of another private repo']])
      assert.deepEqual(await statuses(authorization), new Set([404]))
    for (const authorization of Object.values(scene.mayRead))
      assert.deepEqual(await statuses(authorization), new Set([200]))
  }
  const { tree } = registry.serving.registry
  assert.deepEqual((await tree.reconcile({ depth: 'deep', repair: false })).findings, [])
  assert.equal(statSync(join(registry.dataDir, 'private-tree')).mode & 0o777, 0o700)
})

test('in a registry without private repos nobody is asked to log in', async (t) => {
  const { registry, ask, mayNot } = await aPrivateScene(t)
  for (const repo of ['secret', 'vault']) await registry.setVisibility(repo, 'public')
  for (const [path, status] of [
    ['/repos/absent.yaml', 404],
    ['/repos/secret.yaml', 200],
    ['/plugins/absent/hello', 404],
    [`/v2/${componentOf('absent')}/tags/list`, 404],
    ['/v2/', 200],
    ['/search?q=', 200],
    ['/api/v1/search?q=', 200],
  ] as const)
    for (const authorization of Object.values(mayNot)) {
      const answer = await ask(path, authorization === undefined ? {} : { authorization })
      assert.equal(answer.status, status, `${path} for ${authorization}`)
      assert.equal(answer.headers['www-authenticate'], undefined)
    }
})

function filesBelow(folder: string): readonly { readonly path: string; readonly text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return { path: path.slice(folder.length), text: /\.(gz|br)$/.test(name) ? '' : readFileSync(path, 'latin1') }
    })
}

reads('a publishing session of a private repo is as unknown to others as one that does not exist', async (scene) => {
  const { registry, ask, mayNot, mayRead } = scene
  const { token } = await registry.createToken(['secret/*:publish'])
  const opened = await openSession({ url: registry.url, token }, await aRelease(registry.key, { repo: 'secret' }))
  const id = String(opened.body.id)
  for (const [who, authorization] of Object.entries(mayNot)) {
    const headers = authorization === undefined ? {} : { authorization }
    for (const method of ['GET', 'DELETE']) {
      const [found, nothing] = [id, '0'.repeat(32)].map((each) => ask(`/api/v1/publishes/${each}`, headers, method))
      const [hidden, absent] = [await found, await nothing] as [Answer, Answer]
      assert.deepEqual(shownOf(hidden, id), shownOf(absent, '0'.repeat(32)), `${who} with ${method}`)
    }
  }
  const reader = mayRead['a token that reads the repo'] ?? ''
  assert.equal((await ask(`/api/v1/publishes/${id}`, { authorization: reader })).status, 403)
})

reads('who may yank in every repo, and read none, finds no private one by what is not in it', async ({ registry }) => {
  const { token } = await registry.createToken(['*/*:yank,quarantine'])
  const said = async (repo: string, as: string) => {
    const answers: unknown[] = []
    for (const what of ['nothing/versions/1.0.0', `${PLUGIN}/versions/9.9.9`]) {
      const call = { method: 'PUT', json: { action: 'yank', reason: 'to see what is said' } }
      const path = `/api/v1/repos/${repo}/plugins/${what}/state`
      const { status, body } = await callApi({ url: registry.url, token: as }, path, call)
      const { requestId: _, ...rest } = body
      answers.push(JSON.parse(JSON.stringify([status, rest]).replaceAll(repo, 'REPO')))
    }
    return answers
  }
  assert.deepEqual(await said('secret', token), await said('absent', token))
  assert.match(JSON.stringify(await said('core', token)), /PLUGIN_NOT_FOUND/)
  assert.match(JSON.stringify(await said('secret', registry.token)), /PLUGIN_NOT_FOUND.*VERSION_NOT_FOUND/)
})

test('whoever may not read a private repo learns nothing of it', async (t) => {
  const scene = await aPrivateScene(t)
  assert.equal(READS.length, 5)
  for (const [title, act] of READS) await t.test(title, () => act(scene))
})
