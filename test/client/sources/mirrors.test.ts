// A repo with mirrors: they are asked when its own address does not answer, prove nothing and decide nothing.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { ClientOptions } from '../../../client/index.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { readSeenSerial } from '../../../client/store/seen.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aPin } from '../../support/builders/a-config.ts'
import { aRelease, aScript, issueKey } from '../../support/builders/test-authority.ts'
import { aMachine, key, one, run } from '../../support/client/client-machine.ts'
import type { StaticRegistry } from '../../support/registry/static-registry.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const ARTIFACT = 'hello_1.0.0_linux_amd64'

async function aMirroredMachine(t: TestContext) {
  const machine = await aMachine(t)
  const served = [await startStaticRegistry(t, machine.releases), await startStaticRegistry(t, machine.releases)]
  const told: string[] = []
  const [repo] = machine.base.config.repos
  assert(repo)
  const repos = [{ ...repo, mirrors: served.map((mirror) => mirror.url()) }]
  const config = { ...machine.base.config, repos }
  const report = {
    warn: (line: string) => void told.push(`warn: ${line}`),
    info: (line: string) => void told.push(`info: ${line}`),
  }
  let fresh = 0
  /** A machine that has nothing yet. */
  const elsewhere = (): Partial<ClientOptions> => {
    const folder = join(machine.folder, `fresh-${fresh++}`)
    return { config, report, storeRoot: join(folder, 'store'), lockPath: join(folder, 'octo.lock') }
  }
  const [first, second] = served as [StaticRegistry, StaticRegistry]
  return { ...machine, config, served, first, second, told, elsewhere }
}

/** Whoever asks finds nobody. */
function silence(registry: StaticRegistry): void {
  registry.misbehave = (_path, _request, response) => {
    response.destroy()
    return true
  }
}

/** Whoever asks for the artifact is answered so. */
function answer(registry: StaticRegistry, status: number): void {
  registry.misbehave = (path, _request, response) =>
    path.endsWith(ARTIFACT) && Boolean(response.writeHead(status).end())
}

test('a mirror is asked for nothing while the repo itself answers', async (t) => {
  const { install, elsewhere, served, told } = await aMirroredMachine(t)
  const { executables } = await install(elsewhere())
  assert.equal(run(one(executables)), 'hello 1.0.0 !\n')
  assert.deepEqual(
    served.map(({ requests }) => requests),
    [[], []],
  )
  assert.deepEqual(told, [])
})

test('what the repo itself cannot give comes from the first mirror, and the lockfile is the same', async (t) => {
  const { install, elsewhere, registry, first, second, told } = await aMirroredMachine(t)
  const [before, after] = [elsewhere(), elsewhere()]
  await install(before)
  silence(registry)
  registry.requests.length = 0
  assert.equal(run(one((await install(after)).executables)), 'hello 1.0.0 !\n')
  const lockOf = ({ lockPath }: Partial<ClientOptions>) => readFileSync(lockPath ?? '', 'utf8')
  assert.equal(lockOf(after), lockOf(before))
  assert.deepEqual(
    first.requests.map((path) => path.split('/').at(-1)),
    ['hello.json', 'release.sigstore.json', ARTIFACT],
  )
  assert.deepEqual(second.requests, [])
  // Whoever waits has waited for it once.
  assert.equal(registry.requests.length, 1)
  assert.equal(told.length, 1)
  assert.match(told[0] ?? '', new RegExp(`^info: mirror \`${first.url()}\` is used, for \`core/hello\` first: `))
  const { storeRoot = '' } = after
  const seen = readSeenSerial(openStore(storeRoot), `${registry.base}/repos/core/hello.json`)
  assert.equal(seen, 1, 'the memory is of the repo, whoever told it')
})

type Lie = (mirror: StaticRegistry) => void
const replaced =
  (path: string, change: (bytes: Buffer) => Buffer): Lie =>
  ({ files }) => {
    const found = [...files.keys()].find((each) => each.endsWith(path))
    assert(found, path)
    files.set(found, change(files.get(found) ?? assert.fail()))
  }
const flipped = (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === bytes.length - 2 ? byte ^ 1 : byte)))

const LIES: Readonly<Record<string, readonly [lie: Lie, said: RegExp]>> = {
  'gives other bytes of the same size': [replaced(ARTIFACT, flipped), /has other bytes|digest/],
  'gives more bytes': [replaced(ARTIFACT, (bytes) => Buffer.concat([bytes, bytes])), /expected \d+ bytes/],
  'gives another program': [replaced(ARTIFACT, () => aScript('evil')), /expected \d+ bytes/],
  'gives another bundle': [replaced('release.sigstore.json', flipped), /digest|other bytes/],
  'tells of another plugin': [
    replaced('/hello.json', (bytes) =>
      Buffer.from(bytes.toString().replaceAll('"plugin":"hello"', '"plugin":"jello"')),
    ),
    /about another plugin/,
  ],
  'gives no JSON': [replaced('/hello.json', () => Buffer.from('<html>')), /hello\.json/],
  'gives a document of another form': [replaced('/hello.json', () => Buffer.from('{}')), /hello\.json/],
  'does not have the plugin': [({ files }) => void files.delete('repos/core/hello.json'), /does not have the plugin/],
  'has nothing at all': [({ files }) => files.clear(), /there is no repo at/],
  'does not have the artifact': [
    ({ files }) => void files.delete([...files.keys()].find((path) => path.endsWith(ARTIFACT)) ?? ''),
    /404/,
  ],
  'does not let everybody read': [
    (mirror) => {
      mirror.misbehave = (_path, _request, response) => Boolean(response.writeHead(403).end())
    },
    /403/,
  ],
  'does not answer': [silence, /127\.0\.0\.1/],
}

test('a mirror that lies, lacks something or is silent is named and passed over', async (t) => {
  for (const [what, [lie, said]] of Object.entries(LIES)) {
    const { install, elsewhere, registry, first, second, told } = await aMirroredMachine(t)
    silence(registry)
    lie(first)
    assert.equal(run(one((await install(elsewhere())).executables)), 'hello 1.0.0 !\n', what)
    const passed = told.find((line) => line.startsWith(`warn: mirror \`${first.url()}\` is passed over`))
    assert.match(passed ?? told.join('\n'), said, what)
    assert(second.requests.length > 0, what)
  }
})

test('where all mirrors lie nothing is installed, and the error is that of the repo itself', async (t) => {
  const { install, elsewhere, registry, served } = await aMirroredMachine(t)
  const user = elsewhere()
  await install({ ...user, storeRoot: join(user.storeRoot ?? '', 'other') })
  for (const mirror of served) replaced(ARTIFACT, flipped)(mirror)
  const { blobs, trees } = layoutOf(user.storeRoot ?? '')
  for (const [code, fail] of [
    ['FETCH_FAILED', () => silence(registry)],
    ['FETCH_REFUSED', () => answer(registry, 404)],
  ] as const) {
    fail()
    const error = await expectCodeAsync(code, () => install({ ...user, frozen: true }))
    assert(error.message.includes(registry.base.replace('http://', '')), error.message)
    assert.deepEqual(
      [blobs, trees].flatMap((folder) => readdirSync(folder)),
      [],
    )
  }
})

test('a release that a mirror made up is refused: it is signed by nobody whom the config trusts', async (t) => {
  const { install, elsewhere, registry, first } = await aMirroredMachine(t)
  silence(registry)
  first.publish(await aRelease(issueKey(), { version: '9.0.0' }))
  const user = elsewhere()
  await expectCodeAsync('SIGNER_NOT_ALLOWED', () => install(user))
  assert.deepEqual(readdirSync(layoutOf(user.storeRoot ?? '').blobs), [])
})

test('a mirror that is behind is passed over and is no alarm, as a repo would be that tells less than it did', async (t) => {
  const { withClient, elsewhere, registry, first, second, told } = await aMirroredMachine(t)
  const newer = await aRelease(key, { version: '1.1.0' })
  for (const each of [registry, second]) each.publish(newer)
  const user = elsewhere()
  const update = () => withClient(user, (client) => client.lock({ update: 'all' }))
  const [change] = await update()
  assert.equal(change?.after?.version, '1.1.0')
  const answer = registry.misbehave
  silence(registry)
  assert.deepEqual(await update(), [])
  assert.match(
    told.join('\n'),
    new RegExp(`warn: mirror \`${first.url()}\` is passed over .*it is behind: serial 1, and 2 was seen`),
  )
  assert(told.some((line) => line.startsWith(`info: mirror \`${second.url()}\` is used`)))
  silence(second)
  await expectCodeAsync('FETCH_FAILED', update)
  registry.misbehave = answer
  const old = await startStaticRegistry(t, [await aRelease(key)])
  registry.files.set('repos/core/hello.json', old.files.get('repos/core/hello.json') ?? assert.fail())
  first.requests.length = 0
  await expectCodeAsync('INDEX_ROLLBACK', update)
  assert.deepEqual(first.requests, [], 'what the repo itself says counts')
})

test('a download that dies goes on at the next mirror, from where it stopped', async (t) => {
  const size = 300_000
  const bytes = Buffer.concat([aScript('large'), Buffer.alloc(size, '#')])
  const machine = await aMachine(t, [{ platforms: { linux_amd64: bytes } }])
  const mirrors = [await startStaticRegistry(t, machine.releases), await startStaticRegistry(t, machine.releases)]
  const [repo] = machine.base.config.repos
  assert(repo)
  const config = { ...machine.base.config, repos: [{ ...repo, mirrors: mirrors.map((mirror) => mirror.url()) }] }
  const ranges: (string | undefined)[] = []
  const half = (registry: StaticRegistry, from: number, to: number) => {
    registry.misbehave = (path, request, response) => {
      if (!path.endsWith(ARTIFACT)) return false
      ranges.push(request.headers.range)
      const headers = {
        'content-length': bytes.length - from,
        'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      }
      response.writeHead(from === 0 ? 200 : 206, from === 0 ? { 'content-length': bytes.length } : headers)
      response.write(bytes.subarray(from, to), () => response.destroy())
      return true
    }
  }
  half(machine.registry, 0, 100_000)
  half(mirrors[0] as StaticRegistry, 100_000, 200_000)
  const last = mirrors[1] as StaticRegistry
  last.misbehave = (path, request) => {
    if (path.endsWith(ARTIFACT)) ranges.push(request.headers.range)
    return false
  }
  assert.equal(run(one((await machine.install({ config })).executables)), 'large !\n')
  assert.deepEqual(ranges, [undefined, 'bytes=100000-', 'bytes=200000-'])
})

test('a half that was wrong spoils nothing: the next place is asked for all of it', async (t) => {
  const { install, elsewhere, registry, first } = await aMirroredMachine(t)
  registry.misbehave = (path, _request, response) => {
    if (!path.endsWith(ARTIFACT)) return false
    const { length } =
      registry.files.get([...registry.files.keys()].find((each) => each.endsWith(ARTIFACT)) ?? '') ?? []
    response.writeHead(200, { 'content-length': length ?? 0 })
    response.write('evil', () => response.destroy())
    return true
  }
  assert.equal(run(one((await install(elsewhere())).executables)), 'hello 1.0.0 !\n')
  assert.equal(first.requests.filter((path) => path.endsWith(ARTIFACT)).length, 2)
})

test('no mirror gets the login of another host', async (t) => {
  const { install, elsewhere, registry, served, folder } = await aMirroredMachine(t)
  const seen: (readonly [who: string, request: IncomingMessage])[] = []
  const askLogin = (who: string, each: StaticRegistry) => {
    each.misbehave = (_path, request, response) => {
      seen.push([who, request])
      // It takes the login, and then fails.
      if (who === 'own' && request.headers.authorization !== undefined) return Boolean(response.writeHead(503).end())
      if (who === 'second') return false
      return Boolean(response.writeHead(401, { 'www-authenticate': 'Basic', 'set-cookie': 'a=b' }).end())
    }
  }
  askLogin('own', registry)
  for (const [index, mirror] of served.entries()) askLogin(['first', 'second'][index] ?? '', mirror)
  const env = { HOME: folder, OCTO_CREDENTIALS: registry.base.replace('http://', 'http://me:hunter2@') }
  const login = Buffer.from('me:hunter2').toString('base64')
  await install({ ...elsewhere(), env })
  assert(seen.some(([who, { headers }]) => who === 'own' && headers.authorization === `Basic ${login}`))
  const others = seen.filter(([who]) => who !== 'own')
  assert(others.some(([who]) => who === 'first') && others.some(([who]) => who === 'second'))
  for (const [who, { headers, rawHeaders }] of others) {
    assert.deepEqual([headers.authorization, headers.cookie], [undefined, undefined], who)
    assert(!rawHeaders.join(' ').includes(login), who)
  }
})

test('a version that the repo itself has withdrawn comes from no mirror', async (t) => {
  const { install, elsewhere, registry, first } = await aMirroredMachine(t)
  answer(registry, 451)
  await expectCodeAsync('VERSION_QUARANTINED', () => install(elsewhere()))
  assert.deepEqual(first.requests, [])
})

test('files of a locked version that the repo itself does not have any more come from a mirror', async (t) => {
  const { install, elsewhere, registry, first } = await aMirroredMachine(t)
  for (const status of [403, 404]) {
    answer(registry, status)
    assert.equal(run(one((await install(elsewhere())).executables)), 'hello 1.0.0 !\n')
    assert.equal(first.requests.pop()?.split('/').at(-1), ARTIFACT)
  }
})

test('a plugin that the repo itself does not offer is asked of no mirror', async (t) => {
  const { withClient, elsewhere, config: mirrored, first } = await aMirroredMachine(t)
  first.publish(await aRelease(key, { plugin: 'other' }))
  const user = elsewhere()
  const config = { ...mirrored, pins: [aPin('other')] }
  await expectCodeAsync('PLUGIN_NOT_FOUND', () => withClient({ ...user, config }, (client) => client.lock()))
  assert.deepEqual(first.requests, [])
})
