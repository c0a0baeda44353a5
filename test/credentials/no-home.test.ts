// A user that no list of users knows has no home: nothing was said there, and what octo would read there is not there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { credentialsFrom } from '../../credentials/read-credentials.ts'
import { tokenFilePath } from '../../credentials/token-file.ts'
import { foundUserConfigFolder } from '../../system/files/user-config-folder.ts'
import { expectCode } from '../support/assertions/expect-code.ts'
import { withoutHome } from '../support/machine/without-home.ts'

test('a server that asks a user without a home for a login gets what the environment holds, or nothing', async (t) => {
  withoutHome(t)
  const url = new URL('https://plugins.example/repos/core.json')
  assert.equal(foundUserConfigFolder({}), undefined)
  for (const challenge of ['Bearer', 'Basic realm="x"', undefined])
    assert.equal(await credentialsFrom({})(url, challenge), undefined)
  const env = { OCTO_TOKEN: 'octo_abc', OCTO_REGISTRY: 'https://plugins.example' }
  assert.equal(await credentialsFrom(env)(url, 'Bearer'), 'Bearer octo_abc')
  assert.match(expectCode('IO_FAILED', () => tokenFilePath({})).message, /no home folder/)
})
