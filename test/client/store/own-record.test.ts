import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../../client/store/open-store.ts'
import type { OwnRecord } from '../../../client/store/own-record.ts'
import { readOwnRecord } from '../../../client/store/own-record.ts'
import { writeOwnRecord } from '../../../client/store/write-own-record.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'

const BODY = { says: 'all is well' }

/** Writes the text into the very same file, as somebody would who cannot choose an inode. */
function inPlace(path: string, change: (record: OwnRecord) => unknown): void {
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')) as OwnRecord)))
}

const FORGED: Readonly<Record<string, (path: string) => void>> = {
  empty: (path) => writeFileSync(path, ''),
  'cut short': (path) => writeFileSync(path, readFileSync(path).subarray(0, 40)),
  'no JSON': (path) => writeFileSync(path, '{"format":'),
  'JSON of another kind': (path) => writeFileSync(path, '[]'),
  null: (path) => writeFileSync(path, 'null'),
  'bytes that are no text': (path) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0])),
  'only the body': (path) => inPlace(path, ({ body }) => body),
  'another format': (path) => inPlace(path, (record) => ({ ...record, format: 'octo.record/v0' })),
  'another boot': (path) => inPlace(path, (record) => ({ ...record, boot: 'an earlier one' })),
  'no boot': (path) => inPlace(path, ({ boot: _, ...record }) => record),
  'another octo': (path) => inPlace(path, (record) => ({ ...record, octo: '0.0.1' })),
  'another path': (path) => inPlace(path, (record) => ({ ...record, path: `${path}.other` })),
  'another inode': (path) => inPlace(path, (record) => ({ ...record, file: '1:2' })),
  'another device': (path) => inPlace(path, (record) => ({ ...record, file: `0:${record.file.split(':')[1]}` })),
  'an earlier time': (path) => inPlace(path, (record) => ({ ...record, at: record.at - 10_000 })),
  'a later time': (path) => inPlace(path, (record) => ({ ...record, at: record.at + 10_000 })),
  'no time': (path) => inPlace(path, ({ at: _, ...record }) => record),
  'a copy': (path) => {
    copyFileSync(path, `${path}.copy`)
    renameSync(`${path}.copy`, path)
  },
  'a copy with its times': (path) => {
    cpSync(path, `${path}.copy`, { preserveTimestamps: true })
    renameSync(`${path}.copy`, path)
  },
  'a second name': (path) => linkSync(path, `${path}.link`),
  'a link to it': (path) => {
    renameSync(path, `${path}.real`)
    symlinkSync(`${path}.real`, path)
  },
  'a folder': (path) => {
    rmSync(path)
    mkdirSync(path)
  },
  'a device': (path) => {
    rmSync(path)
    symlinkSync('/dev/zero', path)
  },
  'writable by all': (path) => chmodSync(path, 0o666),
  'writable by the group': (path) => chmodSync(path, 0o660),
  'of another user': (path) => {
    if (process.getuid?.() === 0) chownSync(path, 12_345, 12_345)
    else rmSync(path)
  },
  'too large': (path) => inPlace(path, (record) => ({ ...record, padding: 'x'.repeat(16 * 1024 * 1024) })),
  gone: (path) => rmSync(path),
}

test('believes what it wrote itself', (t) => {
  const layout = openStore(join(tempFolder(t), 'store'))
  const path = join(layout.memos, 'record.json')
  assert(writeOwnRecord(layout, path, BODY))
  assert.deepEqual(readOwnRecord(path), BODY)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(filesBelow(layout.staging), [])
})

test(`believes none of ${Object.keys(FORGED).length} forged, carried, foreign or damaged records, and writes over them`, (t) => {
  for (const [what, forge] of Object.entries(FORGED)) {
    const layout = openStore(join(tempFolder(t), 'store'))
    const path = join(layout.memos, 'record.json')
    writeOwnRecord(layout, path, BODY)
    forge(path)
    assert.equal(readOwnRecord(path), undefined, what)
    assert(writeOwnRecord(layout, path, BODY), what)
    assert.deepEqual(readOwnRecord(path), BODY, what)
    assert.deepEqual(filesBelow(layout.staging), [], what)
  }
})

test('a record of one name says nothing under another, nor in a store that was moved', (t) => {
  const folder = tempFolder(t)
  const layout = openStore(join(folder, 'store'))
  const path = join(layout.memos, 'mine.json')
  writeOwnRecord(layout, path, BODY)
  renameSync(path, join(layout.memos, 'yours.json'))
  assert.equal(readOwnRecord(join(layout.memos, 'yours.json')), undefined)
  writeOwnRecord(layout, path, BODY)
  renameSync(join(folder, 'store'), join(folder, 'moved'))
  const moved = openStore(join(folder, 'moved'))
  assert.equal(readOwnRecord(join(moved.memos, 'mine.json')), undefined)
})
