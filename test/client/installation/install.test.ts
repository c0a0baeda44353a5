// An installation is made of files that lie here: proven by the keys that somebody names, whole or not at all.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { InstallRequest } from '../../../client/installation/install.ts'
import { installItself } from '../../../client/installation/install.ts'
import { updateItself } from '../../../client/installation/update.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import type { Name } from '../../../schemas/name.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import type { PackageWish } from '../../support/client/octo-installation.ts'
import { anOctoRelease, currentIn, version } from '../../support/client/octo-installation.ts'
import { aMountedDisk, whyNoDisk } from '../../support/machine/mounted-disk.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

async function aDownload(t: TestContext, wish: PackageWish = {}) {
  const key = issueKey()
  const registry = await startStaticRegistry(t, [])
  const folder = tempFolder(t)
  const request = async (next: PackageWish): Promise<InstallRequest> => {
    const release = await anOctoRelease(key, next)
    registry.publish(release)
    const [name = '', bytes = Buffer.alloc(0)] = [...release.files][0] ?? []
    const [archive, bundle] = [join(folder, name), join(folder, `${name}.sigstore.json`)]
    writeFileSync(archive, bytes)
    writeFileSync(bundle, release.bundle)
    const place = { root: join(folder, 'octo'), by: 'test', plugin: 'octo' as Name, repo: registry.url() }
    return { ...place, archive, bundle, version: version(next.version ?? '1.0.0'), keys: [key.trustKey] }
  }
  return { key, registry, folder, request, root: join(folder, 'octo'), first: await request(wish) }
}

test('an installation is made, knows its repo and key, and updates itself', async (t) => {
  const { first, root, registry, key, request } = await aDownload(t)
  assert.deepEqual(await installItself(first), {
    state: 'installed',
    root,
    from: undefined,
    version: '1.0.0',
    signer: key.trustKey.id,
  })
  assert.equal(currentIn(root), '1.0.0')
  assert.deepEqual(JSON.parse(readFileSync(join(root, 'installation.json'), 'utf8')), {
    ...{ v: 1, by: 'test', plugin: 'octo' },
    repo: { url: registry.url(), keys: [publicKeyLine(key.trustKey)] },
  })
  assert.deepEqual(registry.requests, [], 'nothing is asked of the network')
  await request({ version: '1.1.0' })
  assert.equal((await updateItself({ root })).to, '1.1.0')
})

test('a folder where another program keeps its versions is left alone', async (t) => {
  const { first, root } = await aDownload(t)
  const python = join(root, 'versions/3.11.7/bin/python3')
  mkdirSync(dirname(python), { recursive: true })
  writeFileSync(python, 'somebody else’s')
  const error = await expectCodeAsync('INSTALLATION_UNSAFE', () => installItself(first))
  assert.match(error.message, /versions` holds `3\.11\.7`, which octo did not put there/)
  assert.equal(readFileSync(python, 'utf8'), 'somebody else’s')
  assert.deepEqual(readdirSync(root), ['versions'])
})

test('once more is no change; a newer archive moves on; an older one is refused', async (t) => {
  const { first, root, request } = await aDownload(t)
  await installItself(first)
  assert.equal((await installItself(first)).state, 'unchanged')
  const newer = await request({ version: '1.1.0' })
  assert.deepEqual([(await installItself(newer)).from, currentIn(root)], ['1.0.0', '1.1.0'])
  await expectCodeAsync('DOWNGRADE_REFUSED', () => installItself(first))
  assert.equal(currentIn(root), '1.1.0')
})

test('other keys that somebody names take the place of those that were noted', async (t) => {
  const { first, root } = await aDownload(t)
  await installItself(first)
  const other = issueKey().trustKey
  await installItself({ ...first, keys: [...first.keys, other] })
  const { repo } = JSON.parse(readFileSync(join(root, 'installation.json'), 'utf8'))
  assert.deepEqual(repo.keys, [...first.keys, other].map(publicKeyLine))
})

const REFUSED: readonly (readonly [
  string,
  ErrorCode,
  (first: InstallRequest) => Partial<InstallRequest> | undefined,
  said?: RegExp,
])[] = [
  ['a key that did not sign', 'SIGNER_NOT_ALLOWED', () => ({ keys: [issueKey().trustKey] })],
  ['no key', 'FORMAT_INVALID', () => ({ keys: [] })],
  [
    'an archive of other bytes',
    'DIGEST_MISMATCH',
    (first) => {
      writeFileSync(first.archive, 'other')
      return {}
    },
  ],
  ['an archive that is not there', 'DIGEST_MISMATCH', () => ({ archive: '/nowhere/octo.tar.gz' })],
  ['a signature of another release', 'STATEMENT_MISMATCH', () => ({ version: version('1.0.1') })],
  [
    'a signature for another repo',
    'STATEMENT_MISMATCH',
    ({ repo }) => ({ repo: repo.replace('core.yaml', 'other.yaml') }),
  ],
  ['a signature for another plugin', 'STATEMENT_MISMATCH', () => ({ plugin: 'hello' as Name })],
  [
    'a statement that is none',
    'BUNDLE_MALFORMED',
    (first) => {
      writeFileSync(first.bundle, '{}')
      return {}
    },
  ],
  ['a statement that is endless', 'IO_FAILED', () => ({ bundle: '/dev/zero' }), /is not a file/],
  ['a statement that is a folder', 'IO_FAILED', ({ archive }) => ({ bundle: dirname(archive) }), /is not a file/],
  ['an address that is no repo', 'FORMAT_INVALID', () => ({ repo: 'https://plugins.example.org/' })],
  [
    'an address with a password',
    'FORMAT_INVALID',
    ({ repo }) => ({ repo: repo.replace('//', '//me:hunter2@') }),
    /^(?!.*hunter2).*holds a user or password/,
  ],
  [
    'an address with what may be a password',
    'FORMAT_INVALID',
    ({ repo }) => ({ repo: repo.replace(/\/\/[^/]*/, '//me:12/hunter2@host') }),
    /^(?!.*hunter2).*holds a user or password/,
  ],
]

test('what is not proven makes no installation, and leaves nothing', async (t) => {
  for (const [what, code, change, said] of REFUSED) {
    const { first, root } = await aDownload(t)
    const changed = change(first)
    const { message } = await expectCodeAsync(code, () => installItself({ ...first, ...changed })).catch((error) =>
      assert.fail(`${what}: ${error}`),
    )
    if (said) assert.match(message, said, what)
    assert.equal(existsSync(root), false, what)
  }
})

test('an octo that does not start here is not installed', async (t) => {
  const { first, root } = await aDownload(t, { program: '#!/bin/sh\nexit 3\n' })
  await expectCodeAsync('SELF_CHECK_FAILED', () => installItself(first))
  assert.deepEqual(readdirSync(join(root, 'versions')), [])
  assert.equal(existsSync(join(root, 'current')), false)
})

test('an installation that does not start any more, or is not whole, is made again by the same command', async (t) => {
  const { first, root } = await aDownload(t)
  await installItself(first)
  const inside = (path: string) => join(root, 'versions/1.0.0', path)
  const breaks: Readonly<Record<string, () => void>> = {
    'a program that fails': () => writeFileSync(inside('bin/octo'), '#!/bin/sh\nexit 3\n'),
    'no program': () => rmSync(inside('bin/octo')),
    'no marker': () => rmSync(inside('lib/octo/package.json')),
    'a marker of another version': () =>
      writeFileSync(
        inside('lib/octo/package.json'),
        readFileSync(inside('lib/octo/package.json'), 'utf8').replace('"1.0.0"', '"1.0.9"'),
      ),
  }
  for (const [what, breakIt] of Object.entries(breaks)) {
    breakIt()
    assert.equal((await installItself(first)).state, 'installed', what)
    assert.equal(execFileSync(inside('bin/octo'), ['--version'], { encoding: 'utf8' }), 'octo 1.0.0\n', what)
    assert.deepEqual(readdirSync(join(root, 'versions')), ['1.0.0'], what)
  }
})

test('a link that leads to no version is replaced by the same command, and what is no link is left to its owner', async (t) => {
  const { first, root } = await aDownload(t)
  await installItself(first)
  const current = join(root, 'current')
  for (const target of ['versions/0.9.0', 'versions/1.0.0', '../elsewhere']) {
    rmSync(current)
    symlinkSync(target, current)
    rmSync(join(root, 'versions/1.0.0'), { recursive: true })
    await expectCodeAsync('INSTALLATION_INVALID', () => updateItself({ root }))
    assert.equal((await installItself(first)).state, 'installed', target)
    assert.equal(currentIn(root), '1.0.0', target)
    assert.equal((await updateItself({ root })).state, 'unchanged', target)
  }
  rmSync(current)
  mkdirSync(join(current, 'mine'), { recursive: true })
  const { hint = '' } = await expectCodeAsync('INSTALLATION_INVALID', () => installItself(first))
  assert.match(hint, /^move it away, and/)
  assert.deepEqual(readdirSync(current), ['mine'])
})

test('a folder that others can write becomes no installation', async (t) => {
  const { first, root } = await aDownload(t)
  mkdirSync(root)
  chmodSync(root, 0o777)
  await expectCodeAsync('INSTALLATION_UNSAFE', () => installItself(first))
  assert.equal(existsSync(join(root, 'current')), false)
  assert.deepEqual(readdirSync(join(root, 'versions')), [])
})

test('a disk without room is refused before anything is written', { skip: whyNoDisk() ?? false }, async (t) => {
  const { first } = await aDownload(t)
  const disk = aMountedDisk(t, 1024 * 1024)
  disk.fillUp(0)
  const root = join(disk.folder, 'octo')
  const { message } = await expectCodeAsync('NO_SPACE', () => installItself({ ...first, root }))
  assert.match(message, /needs about/)
  disk.makeRoom()
  assert.equal((await installItself({ ...first, root })).state, 'installed')
})

test('an installation whose own files cannot be written is none', async (t) => {
  for (const [taken, step, told] of [
    ['state/octo.lock', 'before', 'state'],
    ['installation.json', 'placed', 'installation.json'],
  ] as const) {
    const { first, root } = await aDownload(t)
    const onStep = (at: string) => at === step && mkdirSync(join(root, taken), { recursive: true })
    onStep('before')
    const { details } = await expectCodeAsync('IO_FAILED', () => installItself({ ...first, onStep }))
    assert.deepEqual(details, { path: join(root, told), reason: 'EISDIR' })
    assert.equal(existsSync(join(root, 'current')), false, taken)
  }
})

test('killed after any step, the same command makes it whole', async (t) => {
  const { first, root } = await aDownload(t)
  for (const failing of ['fetched', 'staged', 'checked', 'placed', 'noted'] as const) {
    const stop = (step: string) => {
      if (step === failing) throw new Error('no more')
    }
    await assert.rejects(installItself({ ...first, onStep: stop }), /no more/)
    assert.equal(existsSync(join(root, 'current')), false, failing)
  }
  assert.equal((await installItself(first)).state, 'installed')
  assert.deepEqual(readdirSync(join(root, 'versions')), ['1.0.0'])
})
