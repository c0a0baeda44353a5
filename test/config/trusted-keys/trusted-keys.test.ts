// The file of keys that a user trusts: whatever is written can be read again, and what is none is refused as a whole.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { TrustedKey } from '../../../config/trusted-keys/trusted-addresses.ts'
import { changeTrustedKeys, readTrustedKeys, writeTrustedKeys } from '../../../config/trusted-keys/trusted-keys.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const GOOD = '99C540DFE9BEA0ABAF6753B871F2538A05EFCF2C'
const FOLDER = 'https://charts.example.com/shop/'

const fileIn = (t: TestContext) => join(tempFolder(t), 'octo/trusted-keys.json')
const many = (count: number) => Array.from({ length: count }, (_, index) => `${FOLDER}${index}.yaml`)
const keyFor = (more: Partial<TrustedKey> = {}, fingerprint = GOOD): TrustedKey => ({
  key: { kind: 'openpgp', fingerprint, armored: 'a key' },
  addresses: [FOLDER],
  names: [],
  ...more,
})
const keys = (count: number) =>
  Array.from({ length: count }, (_, index) => keyFor({}, index.toString(16).toUpperCase().padStart(40, '0')))

const bounds: readonly (readonly [
  what: string,
  most: readonly TrustedKey[],
  more: readonly TrustedKey[],
  says: RegExp,
])[] = [
  ['keys', keys(256), keys(257), /^more than 256 trusted keys$/],
  [
    'addresses of one key',
    [keyFor({ addresses: many(256) })],
    [keyFor({ addresses: many(257) })],
    /^more than 256 addresses for one key$/,
  ],
  [
    'letters of an address',
    [keyFor({ addresses: [FOLDER.padEnd(2048, 'a')] })],
    [keyFor({ addresses: [FOLDER.padEnd(2049, 'a')] })],
    /`keys\.0\.addresses\.0`: too big/,
  ],
  [
    'letters of a name',
    [keyFor({ names: ['n'.repeat(1000)] })],
    [keyFor({ names: ['n'.repeat(1001)] })],
    /`keys\.0\.names\.0`: too big/,
  ],
]

for (const [what, most, more, says] of bounds)
  test(`as many ${what} as can be read again are written, and one more leaves all as it was`, async (t) => {
    const file = fileIn(t)
    await writeTrustedKeys(file, most)
    assert.deepEqual(await readTrustedKeys(file), most)
    const before = readFileSync(file, 'utf8')
    const change = () => changeTrustedKeys(file, () => ({ keys: more, result: undefined }))
    assert.match((await expectCodeAsync('LIMIT_EXCEEDED', change)).message, says)
    assert.equal(readFileSync(file, 'utf8'), before)
    assert.deepEqual(
      readdirSync(dirname(file)).filter((name) => !name.includes('.lock')),
      ['trusted-keys.json'],
    )
  })

const row = { kind: 'openpgp', fingerprint: GOOD, armored: 'a key', addresses: [FOLDER], names: [] }
const file = (...rows: readonly object[]) => ({ format: 'octo.trusted-keys/v1', keys: rows })
const { armored: _, ...withoutKey } = row
const { addresses: __, ...withoutAddresses } = row
const sigstore = { kind: 'sigstore', public: publicKeyLine(issueKey().trustKey), addresses: [FOLDER], names: [] }

const refusals: readonly (readonly [what: string, content: unknown, code?: 'KEY_UNREADABLE' | 'JSON_INVALID'])[] = [
  ['a fingerprint in small letters', file({ ...row, fingerprint: GOOD.toLowerCase() })],
  ['a fingerprint with spaces', file({ ...row, fingerprint: `${GOOD.slice(0, 4)} ${GOOD.slice(4)}` })],
  ['the end of a fingerprint', file({ ...row, fingerprint: GOOD.slice(-16) })],
  ['no fingerprint', file({ ...row, fingerprint: '' })],
  ['a key without its text', file(withoutKey)],
  ['a key for no addresses said', file(withoutAddresses)],
  ['an empty address', file({ ...row, addresses: [''] })],
  ['more than is known of a key', file({ ...row, always: true })],
  ['another kind of key', file({ ...row, kind: 'ssh' })],
  ['a Sigstore key that is none', file({ ...sigstore, public: 'MFkw' }), 'KEY_UNREADABLE'],
  ['a good key before a bad one', file(row, { ...row, fingerprint: '' })],
  ['another format', { ...file(row), format: 'octo.trusted-keys/v2' }],
  ['more than is known of the file', { ...file(row), more: 1 }],
  ['no keys', { format: 'octo.trusted-keys/v1' }],
  ['null', null],
]

for (const [what, content, code = 'FORMAT_INVALID'] of refusals)
  test(`a file with ${what} is refused, and no other key of it counts`, async (t) => {
    const path = fileIn(t)
    mkdirSync(dirname(path), { mode: 0o700 })
    writeFileSync(path, JSON.stringify(content), { mode: 0o600 })
    await expectCodeAsync(code, () => readTrustedKeys(path))
  })

test('a file that is not there, or could not be, holds no keys', async (t) => {
  const path = fileIn(t)
  assert.deepEqual(await readTrustedKeys(path), [])
  writeFileSync(dirname(path), 'a file')
  assert.deepEqual(await readTrustedKeys(path), [])
})

test('a folder in its place is an error, and no reason to go on without keys', async (t) => {
  const path = fileIn(t)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  await expectCodeAsync('IO_FAILED', () => readTrustedKeys(path))
})
