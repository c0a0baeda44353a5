// Whose installation it is, and what lies in its folder: everything there may have been put there by somebody else.
import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { rootOfPackage } from '../../../client/installation/open-installation.ts'
import { ownPackage } from '../../../client/installation/own-package.ts'
import { refusalOf, requireOwnInstallation } from '../../../client/installation/owner.ts'
import { statusOf } from '../../../client/installation/status.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { MIGRATIONS } from '../../../registry/db/sqlite/migrations.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { ERROR_CODES } from '../../../schemas/error-codes.ts'
import { parseInstallation } from '../../../schemas/installation.ts'
import { LAYOUT_VERSIONS } from '../../../schemas/layout-versions.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { InstallationScene } from '../../support/client/octo-installation.ts'
import { anInstallation, unpackInto } from '../../support/client/octo-installation.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'

const packageAt = (folder: string) => ownPackage(join(folder, 'lib/octo'))

test('the layout numbers are those of what they are about', () => {
  assert.equal(LAYOUT_VERSIONS.registry, MIGRATIONS.length)
  assert.equal(layoutOf('/s').base, `/s/v${LAYOUT_VERSIONS.store}`)
  assert.equal(LAYOUT_VERSIONS.journal, 1)
})

test('only an installation updates itself; all else is told what updates it', async (t) => {
  const folder = tempFolder(t)
  const scene = await anInstallation(t)
  const own = packageAt(join(scene.root, 'versions/1.0.0'))
  assert.equal(requireOwnInstallation(own), scene.root)
  const cases: readonly (readonly [string, ReturnType<typeof ownPackage>, string, RegExp])[] = [
    ['a checkout', ownPackage(), 'checkout', /`git -C \S+ pull`/],
    [
      'a package of Debian',
      packageAt(
        unpackInto(join(folder, 'deb'), {
          marker: { managedBy: { name: 'deb', update: 'apt-get install --only-upgrade octo' } },
        }),
      ),
      'deb',
      /^run `apt-get install --only-upgrade octo`$/,
    ],
    ['an unpacked tarball', packageAt(unpackInto(join(folder, 'tar'))), 'nobody', /sh install\.sh BASE/],
    ['no marker', ownPackage(unmarked(join(folder, 'none'))), 'unknown', /sh install\.sh BASE/],
    [
      'another package.json',
      ownPackage(unmarked(join(folder, 'npm'), '{"name":"octo","version":"1.0.0"}')),
      'unknown',
      /install/,
    ],
  ]
  for (const [what, found, managedBy, hint] of cases) {
    const error = expectCode('INSTALLATION_MANAGED', () => requireOwnInstallation(found))
    assert.equal(error.details.managedBy, managedBy, what)
    assert.match(error.hint ?? '', hint, what)
  }
  assert.equal(ERROR_CODES.INSTALLATION_MANAGED.exit, 72)
})

function unmarked(folder: string, text?: string): string {
  const home = join(folder, 'lib/octo')
  mkdirSync(home, { recursive: true })
  if (text !== undefined) writeFileSync(join(home, 'package.json'), text)
  return home
}

test('a package that says who manages it is refused inside an installation, too', async (t) => {
  const scene = await anInstallation(t, {
    installed: { marker: { managedBy: { name: 'npm', update: 'npm i -g octo' } } },
  })
  assert.equal(refusalOf(packageAt(join(scene.root, 'versions/1.0.0')))?.details.managedBy, 'npm')
})

type Break = (scene: InstallationScene) => void

const HOSTILE: readonly (readonly [string, ErrorCode, Break])[] = [
  ['the root can be written by others', 'INSTALLATION_UNSAFE', ({ root }) => chmodSync(root, 0o777)],
  ['a group can write versions', 'INSTALLATION_UNSAFE', ({ root }) => chmodSync(join(root, 'versions'), 0o775)],
  [
    'the record can be written by others',
    'INSTALLATION_UNSAFE',
    ({ root }) => chmodSync(join(root, 'installation.json'), 0o666),
  ],
  ['versions is a link', 'INSTALLATION_UNSAFE', ({ root }) => linkAway(root, 'versions')],
  ['state is a link', 'INSTALLATION_UNSAFE', ({ root }) => symlinkSync('/tmp', join(root, 'state'))],
  ['the record is a link', 'INSTALLATION_UNSAFE', ({ root }) => linkAway(root, 'installation.json')],
  [
    'the record is a folder',
    'INSTALLATION_UNSAFE',
    ({ root }) => {
      unlinkSync(join(root, 'installation.json'))
      mkdirSync(join(root, 'installation.json'))
    },
  ],
  [
    'a folder on the way can be written by others',
    'INSTALLATION_UNSAFE',
    ({ root }) => chmodSync(dirname(root), 0o777),
  ],
  ['current leads out of the installation', 'INSTALLATION_INVALID', ({ root }) => pointTo(root, '/usr')],
  ['current leads up', 'INSTALLATION_INVALID', ({ root }) => pointTo(root, 'versions/../../..')],
  [
    'current leads to no version',
    'INSTALLATION_INVALID',
    ({ root }) => {
      unpackInto(join(root, 'versions/newest'))
      pointTo(root, 'versions/newest')
    },
  ],
  ['current leads to nothing', 'INSTALLATION_INVALID', ({ root }) => pointTo(root, 'versions/3.0.0')],
  [
    'current is a folder',
    'INSTALLATION_INVALID',
    ({ root }) => {
      unlinkSync(join(root, 'current'))
      mkdirSync(join(root, 'current'))
    },
  ],
  ['current is not there', 'INSTALLATION_INVALID', ({ root }) => unlinkSync(join(root, 'current'))],
  ['the version is a link', 'INSTALLATION_INVALID', ({ root }) => linkAway(root, 'versions/1.0.0')],
  ['the record is not there', 'INSTALLATION_INVALID', ({ root }) => unlinkSync(join(root, 'installation.json'))],
  ['the record is large', 'INSTALLATION_INVALID', ({ root }) => writeRecord(root, ' '.repeat(70_000))],
  [
    'the record has a key that nobody knows',
    'FORMAT_INVALID',
    ({ root, record }) => writeRecord(root, JSON.stringify({ ...record, hook: 'x' })),
  ],
  [
    'the record names no key',
    'FORMAT_INVALID',
    ({ root, record }) => writeRecord(root, JSON.stringify({ ...record, repo: { ...record.repo, keys: [] } })),
  ],
  [
    'the record names an address that is none',
    'FORMAT_INVALID',
    ({ root, record }) =>
      writeRecord(root, JSON.stringify({ ...record, repo: { ...record.repo, url: 'ocm://x/y.yaml' } })),
  ],
  ['the record is no JSON', 'JSON_INVALID', ({ root }) => writeRecord(root, '{')],
  [
    'the marker is gone',
    'INSTALLATION_INVALID',
    ({ root }) => unlinkSync(join(root, 'versions/1.0.0/lib/octo/package.json')),
  ],
  [
    'the marker is a link to a device',
    'INSTALLATION_INVALID',
    ({ root }) => {
      unlinkSync(markerOf(root))
      symlinkSync('/dev/zero', markerOf(root))
    },
  ],
]

const markerOf = (root: string) => join(root, 'versions/1.0.0/lib/octo/package.json')
const writeRecord = (root: string, text: string) => writeFileSync(join(root, 'installation.json'), text)

function pointTo(root: string, target: string): void {
  unlinkSync(join(root, 'current'))
  symlinkSync(target, join(root, 'current'))
}

function linkAway(root: string, name: string): void {
  const elsewhere = join(dirname(root), `elsewhere-${name.replaceAll('/', '-')}`)
  renameSync(join(root, name), elsewhere)
  symlinkSync(elsewhere, join(root, name))
}

test('what somebody else could have changed is refused, and is left as it is', async (t) => {
  for (const [what, code, breakIt] of HOSTILE) {
    const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
    breakIt(scene)
    await expectCodeAsync(code, () => scene.update()).catch((error) => assert.fail(`${what}: ${error}`))
    // Whose it is comes first, also where there is nothing to go back to.
    const back = await scene.rollBack().catch((error) => error.code)
    assert.equal(
      code === 'INSTALLATION_UNSAFE' ? back : typeof back,
      code === 'INSTALLATION_UNSAFE' ? code : 'string',
      what,
    )
    assert.equal(lstatSync(join(scene.root, 'versions/1.1.0'), { throwIfNoEntry: false }), undefined, what)
    assert.deepEqual(scene.registry.requests, [], what)
  }
})

test('a hint mends what the user can mend', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  chmodSync(scene.root, 0o777)
  const { hint = '' } = await expectCodeAsync('INSTALLATION_UNSAFE', () => scene.update())
  assert.equal(hint, `run \`chmod go-w ${scene.root}\``)
  chmodSync(scene.root, 0o755)
  assert.equal((await scene.update()).state, 'updated')
})

test('root does not touch the folder of a user', {
  skip: process.getuid?.() !== 0 && 'only root can give files away',
}, async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  for (const place of [scene.root, join(scene.root, 'versions'), join(scene.root, 'installation.json')]) {
    chownSync(place, 12345, 12345)
    const error = await expectCodeAsync('INSTALLATION_UNSAFE', () => scene.update())
    assert.match(error.message, /belongs to another user \(uid 12345\)/)
    chownSync(place, 0, 0)
  }
})

test('a package lies in an installation by its place and its record, and by nothing less', async (t) => {
  const { root } = await anInstallation(t)
  const elsewhere = join(dirname(root), 'elsewhere')
  for (const name of ['versions/newest', 'other/1.0.0']) mkdirSync(join(root, name), { recursive: true })
  mkdirSync(join(elsewhere, 'versions/1.0.0'), { recursive: true })
  const found = [join(root, 'versions/1.0.0'), join(root, 'versions/newest'), join(root, 'other/1.0.0')].map(
    rootOfPackage,
  )
  assert.deepEqual(found, [root, undefined, undefined])
  assert.equal(rootOfPackage(join(elsewhere, 'versions/1.0.0')), undefined)
})

test('a record that is too large is said to be that', async (t) => {
  const scene = await anInstallation(t)
  writeRecord(scene.root, ' '.repeat(70_000))
  const { message } = await expectCodeAsync('INSTALLATION_INVALID', () => scene.update())
  assert.match(message, /expected a file of at most/)
})

test('a package.json that holds no map marks nothing', (t) => {
  const folder = tempFolder(t)
  for (const [index, text] of ['null', '[]', '"v"', '7'].entries())
    assert.equal(ownPackage(unmarked(join(folder, String(index)), text)).kind, 'unmarked', text)
})

test('a record is read strictly, whatever it says', () => {
  const record = { v: 1, by: 'x', repo: { url: 'https://h/repos/core.yaml', keys: ['QUJD'] }, plugin: 'octo' }
  assert.deepEqual(parseInstallation(JSON.stringify(record), 'f'), record)
  for (const change of [
    { v: 2 },
    { plugin: '../x' },
    { by: '' },
    { by: 'a\nb' },
    { repo: { url: 'https://h/core.yaml', keys: ['a b'] } },
    { repo: { url: 'https://h/x', keys: ['QUJD'] } },
    { repo: { ...record.repo, keys: Array(17).fill('QUJD') } },
  ])
    expectCode('FORMAT_INVALID', () => parseInstallation(JSON.stringify({ ...record, ...change }), 'f'))
})

test('the status tells of an installation, and of what is none', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  await scene.update()
  const status = statusOf(packageAt(join(scene.root, 'versions/1.1.0')))
  assert.equal(status.refusal, undefined)
  const { root, current, previous, versions, repo } = status.installation ?? assert.fail('no installation')
  assert.deepEqual(
    { root, current, previous, versions },
    { root: scene.root, current: '1.1.0', previous: '1.0.0', versions: ['1.1.0', '1.0.0'] },
  )
  assert.deepEqual(repo, { url: scene.registry.url(), keys: [scene.key.trustKey.id] })
  rmSync(join(scene.root, 'versions/1.0.0'), { recursive: true })
  assert.equal(statusOf(packageAt(join(scene.root, 'versions/1.1.0'))).installation?.previous, undefined)
  chmodSync(scene.root, 0o777)
  assert.equal(statusOf(packageAt(join(scene.root, 'versions/1.1.0'))).refusal?.code, 'INSTALLATION_UNSAFE')
})

test('the commands of a checkout say so, with an exit code of their own', async () => {
  for (const words of [
    ['self', 'update'],
    ['self', 'update', '--dry-run'],
    ['self', 'rollback'],
    ['self', 'update', '--rollback'],
  ]) {
    const { code, stdout, stderr } = await typeOcto([...words, '--json'])
    assert.equal(code, 72, stderr)
    const { error } = JSON.parse(stdout || stderr)
    assert.deepEqual([error.code, error.details.managedBy], ['INSTALLATION_MANAGED', 'checkout'])
  }
  const shown = await typeOcto(['self', '--json'])
  assert.equal(shown.code, 0, shown.stderr)
  assert.deepEqual([JSON.parse(shown.stdout).kind, JSON.parse(shown.stdout).updatesItself], ['checkout', false])
  assert.equal((await typeOcto(['self', 'update', '--rollback', '--to', '1.0.0'])).code, 64)
})
