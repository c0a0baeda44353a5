import assert from 'node:assert/strict'
import { lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeDraft } from '../../../publisher/dist-folder/release-file.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

test('a link that a project brings in the place of release.json is replaced, and what it leads to stays', async (t) => {
  const folder = tempFolder(t)
  const [place, elsewhere] = [join(folder, 'release.json'), join(folder, 'elsewhere')]
  writeFileSync(elsewhere, 'mine')
  symlinkSync(elsewhere, place)
  const { predicate } = await aRelease(issueKey())
  await writeDraft(folder, predicate)
  assert.equal(readFileSync(elsewhere, 'utf8'), 'mine')
  assert.ok(lstatSync(place).isFile())
  assert.equal(JSON.parse(readFileSync(place, 'utf8')).plugin, predicate.plugin)
})
