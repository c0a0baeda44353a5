// What is wrong with a store that all users of a machine read is said, and octo goes on with the own one.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Layout } from '../../../client/store/layout.ts'
import type { StoredArtifact } from '../../../client/store/stored-artifact.ts'
import { run } from '../../support/client/client-machine.ts'
import { aSharedMachine, isRoot, OUTPUTS, removeOpen, rewrite, STRANGER } from '../../support/client/shared-machine.ts'

const REFUSALS: readonly (readonly [said: RegExp, break_: (layout: Layout) => unknown, rootOnly?: 'as root'])[] = [
  [/it is not there$/, ({ root }) => renameSync(root, `${root}.gone`)],
  [
    /it is no folder$/,
    ({ root }) => {
      renameSync(root, `${root}.gone`)
      writeFileSync(root, '')
    },
  ],
  [/it is no absolute path$/, () => 'shared'],
  [/it has `.*\/common`, which can be written by other users/, ({ root }) => chmodSync(dirname(root), 0o777)],
  [/it can be written by other users, found mode 0777$/, ({ root }) => chmodSync(root, 0o777)],
  [/it has `.*trees\/sha256`, which can be written by other users/, ({ trees }) => chmodSync(trees, 0o775)],
  [/it has `.*\/v1`, which can be written by other users/, ({ base }) => chmodSync(base, 0o757)],
  [/it has `.*\/blobs`, which can be written by other users/, ({ base }) => chmodSync(join(base, 'blobs'), 0o777)],
  [/it belongs to another user \(uid 12345\)/, ({ root }) => chownSync(root, STRANGER, STRANGER), 'as root'],
  [/which belongs to another user \(uid 12345\)/, ({ trees }) => chownSync(trees, STRANGER, STRANGER), 'as root'],
  [/holds no store of this octo, expected the folder `v1`$/, ({ base }) => renameSync(base, base.replace(/v1$/, 'v0'))],
  [/is not whole: `.*trees\/sha256` is not there$/, ({ trees }) => renameSync(trees, `${trees}.gone`)],
  [
    /is not whole: `.*trees\/package\.json` is not as octo writes it$/,
    ({ trees }) => rmSync(`${trees}/../package.json`),
  ],
  [
    /trees\/package\.json` is not as octo writes it$/,
    ({ trees }) => writeFileSync(`${trees}/../package.json`, '{"type":"module"}'),
  ],
]

test('names a shared store that cannot be used, and goes on with the own one', async (t) => {
  const { aUser, install, sharedRoot, layout, warnings, change } = await aSharedMachine(t)
  for (const [said, damage, rootOnly] of REFUSALS) {
    if (rootOnly && !isRoot) continue
    let named: string | undefined
    using _changed = change(() => {
      const other = damage(layout)
      if (typeof other === 'string') named = other
    })
    warnings.length = 0
    const user = { ...aUser(), sharedRoot: named ?? sharedRoot }
    const { executables } = await install(user)
    assert.match(warnings.join('\n'), /^the shared store `.*` \(OCTO_SHARED_STORE\) is passed over: /, String(said))
    assert.match(warnings.join('\n'), said)
    assert(executables.every(({ path }) => path.startsWith(user.storeRoot)))
    assert.deepEqual(
      executables.map((executable) => run(executable)),
      OUTPUTS,
    )
  }
})

type Damage = (layout: Layout, artifacts: { readonly raw: StoredArtifact; readonly tar: StoredArtifact }) => void

/** What is run: from the shared store, from a copy of its bytes, or from what was downloaded. */
const DAMAGES: readonly (readonly [
  what: string,
  damage: Damage,
  from: 'shared' | 'copy' | 'download',
  said?: RegExp,
])[] = [
  ['its bytes came and are not unpacked yet', ({ tree }, { tar }) => removeOpen(tree(tar.key)), 'copy'],
  ['a file of it was changed', (layout, { tar }) => rewrite(layout, tar), 'copy', /`lib\/data` has digest/],
  [
    'a file was added to it',
    ({ tree }, { tar }) => {
      chmodSync(tree(tar.key), 0o755)
      writeFileSync(join(tree(tar.key), 'evil.js'), '')
    },
    'copy',
    /`evil\.js` was added/,
  ],
  [
    'others may write a file of it',
    ({ tree }, { tar }) => chmodSync(join(tree(tar.key), 'bin/run'), 0o757),
    'copy',
    /`bin\/run` can be written by other users/,
  ],
  [
    'its bytes are others',
    ({ blob }, { tar }) => {
      chmodSync(blob(tar.digest), 0o644)
      writeFileSync(blob(tar.digest), Buffer.alloc(tar.size))
    },
    'download',
    /its stored bytes are damaged or gone/,
  ],
  [
    'its bytes are gone',
    ({ blob }, { tar }) => rmSync(blob(tar.digest)),
    'download',
    /its stored bytes are damaged or gone/,
  ],
  [
    'another install fills it just now',
    ({ trees, parts }, { tar }) => {
      mkdirSync(join(trees, '.staging-0123456789ab'))
      writeFileSync(join(parts, tar.digest.slice(7)), 'half')
    },
    'shared',
  ],
]

test('takes from a shared store nothing that is not exactly what was proven', async (t) => {
  const { aUser, install, sharedRoot, layout, raw, tar, warnings, registry, change } = await aSharedMachine(t)
  for (const [what, damage, from, said] of DAMAGES) {
    using _changed = change(() => damage(layout, { raw, tar }))
    warnings.length = 0
    registry.requests.length = 0
    const user = aUser()
    const [, executable] = (await install(user)).executables
    assert(executable)
    assert.equal(run(executable), OUTPUTS[1], what)
    assert.equal(executable.path.startsWith(sharedRoot), from === 'shared', what)
    assert.equal(
      registry.requests.some((path) => path.endsWith('packed.tar.gz')),
      from === 'download',
      what,
    )
    if (said) assert.match(warnings.join('\n'), said, what)
    else assert.deepEqual(warnings, [], what)
  }
})
