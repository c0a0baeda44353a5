import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { replaceLink } from '../../../system/files/replace-link.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

test('a link is made, and leads elsewhere when it is replaced', (t) => {
  const folder = tempFolder(t)
  for (const target of ['one', 'two']) {
    replaceLink(join(folder, 'link'), target)
    assert.equal(readlinkSync(join(folder, 'link')), target)
  }
  assert.deepEqual(readdirSync(folder), ['link'])
})

test('where a link cannot take its place, nothing of it is left in the folder', (t) => {
  const folder = tempFolder(t)
  const [place, staging] = [join(folder, 'place'), join(folder, 'staging')]
  for (const path of [place, staging]) mkdirSync(path)
  writeFileSync(join(place, 'kept'), '')
  assert.throws(() => replaceLink(place, 'target'), { syscall: 'rename' })
  assert.throws(() => replaceLink(place, 'target', { staging, name: 'mine' }), { syscall: 'rename' })
  assert.deepEqual([readdirSync(folder).sort(), readdirSync(staging)], [['place', 'staging'], []])
})
