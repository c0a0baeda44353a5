// Copies of fetched documents and files: whatever may be fetched is there again without network, letter by letter.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { copiesIn } from '../../../config/include/document-copies.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const MIB = 1024 * 1024
const URL_OF_IT = 'https://x.example/dashboard.json?a=1'
const DIGESTS = Array.from({ length: 100 }, (_, index) => `sha256:${String(index).padStart(64, '0')}`)

for (const letter of ['a', '"', '\\', '\n', '\r', '\u001b', '\u007f', 'ü', '\u2028', '𝄞'])
  test(`a text of a mebibyte that is nothing but ${JSON.stringify(letter)} is kept, with all that is known of it`, (t) => {
    const text = letter.repeat(MIB / Buffer.byteLength(letter))
    const copies = copiesIn(tempFolder(t), () => 5)
    const known = { text, etag: `"${'e'.repeat(1000)}"`, signedAt: 3, replaced: DIGESTS }
    copies.write(URL_OF_IT, known)
    assert.ok(copies.read(URL_OF_IT)?.text === text)
    assert.deepEqual(copies.read(URL_OF_IT), { ...known, at: 5 })
    assert.equal(copies.read('https://x.example/dashboard.json?a=2'), undefined)
  })
