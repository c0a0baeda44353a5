// A report is written into the very file that was looked at: a link in its place makes no file where it leads, and spoils none.
import assert from 'node:assert/strict'
import { lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { HTML, JUNIT, writeReport } from '../../../operator/check/write-report.ts'
import { writeOverFormer } from '../../../operator/metrics/former-report.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const options = { skip: process.platform === 'win32' && 'Windows makes no links for everybody' }
const TEXT = '<?xml version="1.0"?>\n<testsuites name="octo check"></testsuites>\n'

for (const [name, kind] of Object.entries({ junit: JUNIT, html: HTML }))
  test(`a link that is named for ${name} makes no file where it leads, and spoils none`, options, async (t) => {
    const folder = tempFolder(t)
    const [link, elsewhere] = [join(folder, 'report'), join(folder, 'elsewhere')]
    symlinkSync(elsewhere, link)
    await expectCodeAsync('IO_FAILED', () => writeReport(link, TEXT, kind))
    assert.equal(lstatSync(elsewhere, { throwIfNoEntry: false }), undefined)
    writeFileSync(elsewhere, 'mine')
    await expectCodeAsync('ALREADY_EXISTS', () => writeReport(link, TEXT, kind))
    assert.equal(readFileSync(elsewhere, 'utf8'), 'mine')
  })

test('what took the place of a report since it was asked about is kept', options, async (t) => {
  const folder = tempFolder(t)
  const [path, mine] = [join(folder, 'report.xml'), join(folder, 'mine')]
  writeFileSync(mine, 'mine')
  symlinkSync(mine, path)
  await expectCodeAsync('ALREADY_EXISTS', () => writeOverFormer(path, TEXT, JUNIT))
  assert.equal(readFileSync(mine, 'utf8'), 'mine')
})

test('a former report is written over as a whole, also behind a link', options, async (t) => {
  const folder = tempFolder(t)
  const [path, link] = [join(folder, 'report.xml'), join(folder, 'latest.xml')]
  symlinkSync(path, link)
  writeFileSync(path, `${TEXT}${'a longer one\n'.repeat(100)}`)
  for (const name of [link, path]) {
    await writeOverFormer(name, TEXT, JUNIT)
    assert.equal(readFileSync(path, 'utf8'), TEXT)
  }
})
