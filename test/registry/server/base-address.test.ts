import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { chooseBaseAddress, rememberBaseAddress } from '../../../registry/server/base-address.ts'
import { parseBaseUrl } from '../../../static-tree/base-url.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const SAID = 'https://plugins.example.com/octo'

test('an address that was given once is remembered with the data, and nothing else lies beside it', async (t) => {
  const dataDir = tempFolder(t)
  await rememberBaseAddress(dataDir, parseBaseUrl(SAID))
  assert.equal(await chooseBaseAddress({ dataDir, given: undefined, host: '127.0.0.1' }), SAID)
  assert.equal(await chooseBaseAddress({ dataDir, given: undefined, host: '0.0.0.0' }), SAID)
  const other = 'https://other.example.com'
  assert.equal(await chooseBaseAddress({ dataDir, given: `${other}/`, host: '0.0.0.0' }), other)
  await rememberBaseAddress(dataDir, parseBaseUrl(other))
  assert.deepEqual(readdirSync(dataDir), ['base-url'])
  assert.equal(readFileSync(join(dataDir, 'base-url'), 'utf8'), `${other}\n`)
})

for (const host of ['0.0.0.0', '::', '*', '', '0:0:0:0:0:0:0:0', '::0'])
  test(`listening on \`${host}\` needs an address that documents can name`, async (t) => {
    const { hint } = await expectCodeAsync('USAGE', () =>
      chooseBaseAddress({ dataDir: tempFolder(t), given: undefined, host }),
    )
    assert.match(hint ?? '', /^`octo registry serve --data \S+ --host \S+ --url https:\/\/\S+`$/)
  })

test('an address of one network is the one that is listened on', async (t) => {
  const dataDir = tempFolder(t)
  for (const host of ['127.0.0.1', 'localhost', '::1', '192.0.2.1'])
    assert.equal(await chooseBaseAddress({ dataDir, given: undefined, host }), undefined)
})
