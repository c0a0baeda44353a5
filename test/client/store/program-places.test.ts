// A program's loader and the folders of its libraries are the machine's: each run asks who may write there now.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { VerifiedExecutable } from '../../../client/index.ts'
import { readWarmRun } from '../../../client/index.ts'
import type { Memo } from '../../../client/store/identity.ts'
import type { TreeKey } from '../../../client/store/layout.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { readOwnRecord } from '../../../client/store/own-record.ts'
import { problemOfPlaces } from '../../../client/store/program-places.ts'
import { writeOwnRecord } from '../../../client/store/write-own-record.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { problemOfSearchedPlace } from '../../../system/files/owned-path.ts'
import { inspectProgram } from '../../../trust/artifact/program/check-program.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aPin } from '../../support/builders/a-config.ts'
import { inPieces, tarballOf } from '../../support/builders/archive-builder.ts'
import { aMachO, anElfFile } from '../../support/builders/native-files.ts'
import { aMachine, one } from '../../support/client/client-machine.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

const GLIBC = '/lib64/ld-linux-x86-64.so.2'
const IS_ROOT = process.getuid?.() === 0
const SOMEBODY = 54_321

/** What is done with `folder/lib`, and the end of the problem. */
const FOLDERS: readonly (readonly [string, (folder: string) => void, RegExp | undefined])[] = [
  ['its user’s own', (folder) => mkdirSync(join(folder, 'lib')), undefined],
  ['not there, in a folder of its user', () => {}, undefined],
  ['not there, below a file', (folder) => writeFileSync(join(folder, 'lib'), ''), undefined],
  ['open to all', (folder) => mkdirOpen(join(folder, 'lib'), 0o777), /lib$/],
  ['open to all but for the files of others', (folder) => mkdirOpen(join(folder, 'lib'), 0o1777), /lib$/],
  ['not there, in a folder open to all', (folder) => chmodSync(folder, 0o777), /[^b]$/],
  ['not there, in a shared folder', (folder) => chmodSync(folder, 0o1777), /[^b]$/],
  [
    'a link to a folder open to all',
    (folder) => {
      mkdirOpen(join(folder, 'open'), 0o777)
      symlinkSync('open', join(folder, 'lib'))
    },
    /open$/,
  ],
  [
    'there, in a shared folder',
    (folder) => {
      mkdirSync(join(folder, 'lib'))
      chmodSync(folder, 0o1777)
    },
    undefined,
  ],
]
for (const [title, arrange, place] of FOLDERS)
  test(`a folder of libraries that is ${title} is ${place ? 'refused' : 'fine'}`, (t) => {
    const folder = join(tempFolder(t), 'x')
    mkdirSync(folder)
    arrange(folder)
    const found = problemOfSearchedPlace(join(folder, title.includes('below a file') ? 'lib/inner' : 'lib'))
    if (place) assert.match(found?.place ?? 'nothing is found', place)
    else assert.equal(found, undefined)
  })

test('a folder of libraries that another user owns is refused', { skip: !IS_ROOT }, (t) => {
  const folder = tempFolder(t)
  mkdirSync(join(folder, 'lib'))
  chownSync(join(folder, 'lib'), SOMEBODY, SOMEBODY)
  const lists = [undefined, [], ['/usr/lib', join(folder, 'lib')]]
  assert.match(problemOfPlaces(lists)?.found.problem ?? '', /belongs to another user/)
  assert.equal(problemOfPlaces(lists)?.looksIn, join(folder, 'lib'))
})

test('tells where a program loads code from, its plugin’s own folder left out', async () => {
  const place = { name: 'x', path: 'bin/x', executable: 'bin/x', startable: true }
  const elf = anElfFile({ interpreter: GLIBC, needed: ['libc.so.6'], runpath: '$ORIGIN/../lib:/opt/a/lib:/opt/a/lib' })
  const mac = aMachO({ loader: '/usr/lib/dyld', needed: ['@rpath/a.dylib', '/opt/b.dylib'], rpaths: ['/opt/c'] })
  for (const [bytes, platform, places] of [
    [elf, 'linux_amd64', [GLIBC, '/opt/a/lib']],
    [anElfFile(), 'linux_amd64', []],
    [mac, 'darwin_arm64', ['/opt/c', '/opt/b.dylib']],
    [Buffer.from('#!/bin/sh\n'), 'linux_amd64', []],
  ] as const) {
    const needs = await inspectProgram(inPieces(bytes, 64), { ...place, platform: platform as Platform })
    assert.deepEqual(needs.places, places)
  }
  const many = anElfFile({ needed: ['a.so'], runpath: Array.from({ length: 65 }, (_, at) => `/opt/${at}`).join(':') })
  const refused = () => inspectProgram(inPieces(many, 64), { ...place, platform: 'linux_amd64' as Platform })
  assert.match((await expectCodeAsync('PROGRAM_UNSAFE', refused)).message, /more than 64 places/)
})

const PLACE = '/opt/octo-no-such-folder/lib'
const elf = anElfFile({ interpreter: GLIBC, needed: ['libx.so'], runpath: PLACE })
const inner = anElfFile({ needed: ['liby.so'], runpath: `${PLACE}/inner` })
const packed = {
  ...{ file: 'hello.tar.gz', format: 'tar.gz' as const, executable: 'bin/run' },
  bytes: tarballOf([
    { path: 'bin/run', content: elf, mode: 0o755 },
    { path: 'lib/libx.so', content: inner },
    { path: 'README', content: 'text' },
  ]),
}

for (const [title, artifact, places] of [
  ['one file', elf, [[GLIBC, PLACE]]],
  ['an archive', packed, [[GLIBC, PLACE], [`${PLACE}/inner`], undefined]],
] as const)
  test(`the places of ${title} are known after its download, and found again in its stored bytes`, async (t) => {
    const { withClient, base } = await aMachine(t, [{ platforms: { linux_amd64: artifact } }])
    const layout = layoutOf(base.storeRoot)
    for (const _each of ['download', 'stored bytes'])
      await withClient({}, async (client) => {
        const executable = one(await client.ensure([aPin('hello')]))
        const path = layout.memo(executable.root.slice(layout.trees.length + 1) as TreeKey)
        await until(() => client.locate(executable) && readOwnRecord(path) !== undefined)
        const { entries } = readOwnRecord(path) as Memo
        assert.deepEqual(
          entries.flatMap(([, , digest, , found]) => (digest === undefined ? [] : [found])),
          places,
        )
        rmSync(path)
      })
  })

test('a run is refused while others may write where its program loads code from, a warm one too', async (t) => {
  const { withClient, base, folder } = await aMachine(t)
  const libraries = join(folder, 'libraries')
  mkdirSync(libraries)
  const configPath = join(folder, 'octo.yaml')
  writeFileSync(configPath, 'operator: {}\n')
  const asked = { ...base, configPath, request: 'hello' }
  const config = { ...base.config, files: [configPath], inputs: new Map([[configPath, 'operator: {}\n']]) }
  await withClient({ config }, async (client) => {
    const executable = one(await client.ensure([aPin('hello')]))
    client.recordWarmRun(asked, executable)
    await until(() => client.locate(executable) && readWarmRun(asked) !== undefined)
    lookIn(executable, libraries)
  })
  const runs = () => withClient({}, async (client) => client.locate(one(await client.ensure([aPin('hello')]))))
  assert.ok(await runs())
  assert.ok(readWarmRun(asked))
  chmodSync(libraries, 0o777)
  const error = await expectCodeAsync('PROGRAM_UNSAFE', runs)
  assert.equal(
    error.message,
    `\`core/hello@1.0.0\` loads code from \`${libraries}\`, and \`${libraries}\` can be written by other users`,
  )
  assert.match(error.hint ?? '', new RegExp(`^\`chmod go-w ${libraries}\``))
  assert.equal(readWarmRun(asked), undefined)
  chmodSync(libraries, 0o755)
  assert.ok(await runs())
  assert.ok(readWarmRun(asked))

  /** As if the program had been linked with this folder, which must be none that its name gives away. */
  function lookIn({ root }: VerifiedExecutable, place: string): void {
    const layout = layoutOf(base.storeRoot)
    const path = layout.memo(root.slice(layout.trees.length + 1) as TreeKey)
    const { entries } = readOwnRecord(path) as Memo
    const changed = entries.map((entry) => (entry[2] === undefined ? entry : [...entry, [place]]))
    assert.ok(writeOwnRecord(layout, path, { entries: changed }))
  }
})

function mkdirOpen(path: string, mode: number): void {
  mkdirSync(path)
  chmodSync(path, mode)
}
