// A tarball of the same files has the same bytes, whoever makes it, wherever and whenever.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { list } from 'tar'
import type { PackedFile } from '../../../tools/package/packed-file.ts'
import { writeTarball } from '../../../tools/package/tarball.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const OPTIONS = { folder: 'octo-1.2.3-linux-amd64', epochSeconds: 1_000_000_000 }

/** Some text, some on disk, in any order. */
function someFiles(folder: string): PackedFile[] {
  writeFileSync(join(folder, 'node'), Buffer.alloc(700_000, 'a program'))
  return [
    { path: 'lib/octo/dist/octo.cjs', text: 'octo()' },
    { path: 'lib/octo/node/bin/node', source: join(folder, 'node'), executable: true },
    { path: 'bin/octo', text: '#!/bin/sh\n', executable: true },
    { path: 'lib/octo/package.json', text: '{"v":1}\n' },
  ]
}

test('order, times, modes and umask of the machine leave no trace', async (t) => {
  const folder = tempFolder(t)
  const files = someFiles(folder)
  const first = await writeTarball(files, { ...OPTIONS, file: join(folder, 'one.tar.gz') })
  utimesSync(join(folder, 'node'), 5, 5)
  chmodSync(join(folder, 'node'), 0o600)
  const umask = process.umask(0o077)
  t.after(() => process.umask(umask))
  const second = await writeTarball(files.toReversed(), { ...OPTIONS, file: join(folder, 'two.tar.gz') })
  process.umask(umask)
  assert.deepEqual(readFileSync(second.file), readFileSync(first.file))
  assert.equal(second.sha256, first.sha256)
  const older = await writeTarball(files, { ...OPTIONS, epochSeconds: 0, file: join(folder, 'three.tar.gz') })
  assert.notEqual(older.sha256, first.sha256, 'the age that is asked for is in it')
})

test('all lies in one folder, belongs to root, and is a plain file that all can read', async (t) => {
  const folder = tempFolder(t)
  const { file } = await writeTarball(someFiles(folder), { ...OPTIONS, file: join(folder, 'one.tar.gz') })
  const found: (readonly unknown[])[] = []
  await list({
    file,
    onReadEntry: ({ path, type, mode, uid, gid, mtime }) =>
      found.push([path, type, mode, uid ?? 0, gid ?? 0, Number(mtime)]),
  })
  const time = OPTIONS.epochSeconds * 1000
  assert.deepEqual(found, [
    ['octo-1.2.3-linux-amd64/bin/octo', 'File', 0o755, 0, 0, time],
    ['octo-1.2.3-linux-amd64/lib/octo/dist/octo.cjs', 'File', 0o644, 0, 0, time],
    ['octo-1.2.3-linux-amd64/lib/octo/node/bin/node', 'File', 0o755, 0, 0, time],
    ['octo-1.2.3-linux-amd64/lib/octo/package.json', 'File', 0o644, 0, 0, time],
  ])
})

test('the digest beside it is what `sha256sum -c` and others compare', async (t) => {
  const folder = tempFolder(t)
  const { file, bytes, sha256 } = await writeTarball(someFiles(folder), {
    ...OPTIONS,
    file: join(folder, 'one.tar.gz'),
  })
  const content = readFileSync(file)
  assert.deepEqual([bytes, sha256], [content.length, createHash('sha256').update(content).digest('hex')])
  assert.equal(readFileSync(`${file}.sha256`, 'utf8'), `${sha256}  one.tar.gz\n`)
  if (process.platform === 'linux') execFileSync('sha256sum', ['-c', '--quiet', 'one.tar.gz.sha256'], { cwd: folder })
})
