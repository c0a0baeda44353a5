// Programs for places without octo: only those that need nothing else, whole, proven while they are copied, and beside what is there.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tarballOf } from '../../support/builders/archive-builder.ts'
import { anElfFile } from '../../support/builders/native-files.ts'
import type { ReleaseRecipe } from '../../support/builders/test-authority.ts'
import { aRelease, aScript } from '../../support/builders/test-authority.ts'
import type { ClientMachine } from '../../support/client/client-machine.ts'
import { aMachine, key, one } from '../../support/client/client-machine.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'

const STATIC = anElfFile()
const ARCHIVE = {
  bytes: tarballOf([
    { path: 'bin/hello', content: STATIC, mode: 0o755 },
    { path: 'share/words', content: 'words\n' },
  ]),
  ...{ file: 'hello.tar.gz', format: 'tar.gz' as const, executable: 'bin/hello' },
}

const place = ({ withClient, folder }: ClientMachine, to = join(folder, 'to')) =>
  withClient({}, async (client) => client.placeAlone(one((await client.install()).executables), to))

test('a program lies below `bin` under the name of its plugin, with the files that it came with', async (t) => {
  for (const [offer, files] of [
    [STATIC, ['hello_1.0.0_linux_amd64']],
    [ARCHIVE, ['bin/hello', 'share/words']],
  ] as const) {
    const machine = await aMachine(t, [{ platforms: { linux_amd64: offer } }])
    const path = await place(machine)
    assert.equal(path, join(machine.folder, 'to/bin/hello'))
    assert.ok(readFileSync(path).equals(STATIC))
    assert.equal(statSync(path).mode & 0o777, 0o555)
    const below = filesBelow(join(machine.folder, 'to/plugins/hello')).map((name) => name.replace(/^[^/]+\//, ''))
    assert.deepEqual(below, files)
    assert.equal(await place(machine), path, 'once more is the same')
    assert.match(readlinkSync(path), /^\.\.\/plugins\/hello\/1\.0\.0-[0-9a-f]{16}\//)
  }
})

test('another version takes the name, and the one before stays beside it', async (t) => {
  const machine = await aMachine(t, [{ platforms: { linux_amd64: STATIC } }])
  const path = await place(machine)
  const other = anElfFile({ gap: 8, tags: [[30, 0]] })
  machine.registry.publish(await aRelease(key, { version: '1.1.0', platforms: { linux_amd64: other } }))
  await machine.withClient({}, (client) => client.lock({ update: 'all' }))
  assert.equal(await place(machine), path)
  assert.ok(readFileSync(path).equals(other))
  assert.equal(filesBelow(join(machine.folder, 'to/plugins/hello')).length, 2)
})

const NEEDS: readonly (readonly [string, ReleaseRecipe['platforms'], RegExp])[] = [
  ['a script', { linux_amd64: aScript() }, /is a script, which needs its interpreter/],
  [
    'a program with a loader',
    { linux_amd64: anElfFile({ interpreter: '/lib64/ld-linux-x86-64.so.2', needed: ['libc.so.6'] }) },
    /is linked with `\/lib64\/ld-linux-x86-64\.so\.2`/,
  ],
  [
    'what a runtime runs',
    { any: { bytes: Buffer.from('1'), file: 'a.mjs', executable: 'a.mjs', runtime: { name: 'node' } } },
    /is run by `node`/,
  ],
]
for (const [what, platforms, problem] of NEEDS)
  test(`${what} is not placed, and the error says what it needs`, async (t) => {
    const machine = await aMachine(t, [{ platforms: platforms ?? {} }])
    const error = await expectCodeAsync('PLUGIN_NOT_ALONE', () => place(machine))
    assert.match(error.message, problem)
    assert.throws(() => statSync(join(machine.folder, 'to')), { code: 'ENOENT' })
  })

test('what somebody else has put there is kept', async (t) => {
  const machine = await aMachine(t, [{ platforms: { linux_amd64: STATIC } }])
  const to = join(machine.folder, 'to')
  for (const prepare of [
    (path: string) => writeFileSync(path, 'mine'),
    (path: string) => symlinkSync('/bin/true', path),
    (path: string) => mkdirSync(path),
  ]) {
    mkdirSync(join(to, 'bin'), { recursive: true })
    prepare(join(to, 'bin/hello'))
    await expectCodeAsync('ALREADY_EXISTS', () => place(machine))
    rmSync(join(to, 'bin'), { recursive: true })
  }
  const path = await place(machine)
  const placed = join(to, 'bin', readlinkSync(path))
  chmodSync(placed, 0o755)
  writeFileSync(placed, 'changed')
  await expectCodeAsync('ALREADY_EXISTS', () => place(machine))
  assert.equal(readFileSync(placed, 'utf8'), 'changed')
})

test('what changed in the store since it was proven is not copied', async (t) => {
  const machine = await aMachine(t, [{ platforms: { linux_amd64: ARCHIVE } }])
  const to = join(machine.folder, 'to')
  await machine.withClient({}, async (client) => {
    const executable = one((await client.install()).executables)
    const data = join(executable.root, 'share/words')
    chmodSync(data, 0o644)
    writeFileSync(data, 'other\n')
    await expectCodeAsync('STORE_CORRUPT', () => client.placeAlone(executable, to))
  })
  assert.deepEqual(filesBelow(to), [])
})
