// Which program was made of what: a note counts where it names what it was asked for, a program and a file.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { keyOfMaking, madeBefore, noteMade } from '../../../client/store/made-programs.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { writeOwnRecord } from '../../../client/store/write-own-record.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const KEY = keyOfMaking({ image: 'web' })
const MADE = { digest: digestOf('program'), file: 'web', more: {} }

test('what was made is found again by its grounds, and by no others', (t) => {
  const layout = openStore(join(tempFolder(t), 'store'))
  noteMade(layout, KEY, MADE)
  assert.deepEqual(madeBefore(layout, KEY), { key: KEY, ...MADE })
  assert.equal(madeBefore(layout, keyOfMaking({ image: 'other' })), undefined)
})

for (const [what, change] of [
  ['of other grounds', { key: keyOfMaking({ image: 'other' }) }],
  ['without a program', { digest: 'the latest' }],
  ['without a file', { file: undefined }],
] as const)
  test(`a note ${what} is none`, (t) => {
    const layout = openStore(join(tempFolder(t), 'store'))
    assert.ok(writeOwnRecord(layout, layout.madeRecord(KEY), { key: KEY, ...MADE, ...change }))
    assert.equal(madeBefore(layout, KEY), undefined)
  })
