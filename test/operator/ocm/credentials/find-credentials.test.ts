// Calls that are given no credentials: who is asked for them, and that they get nowhere but to the plugin.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { filesWith, processesWith } from '../../../support/machine/everywhere.ts'
import { until } from '../../../support/machine/until.ts'
import {
  credentialScene,
  LOGIN,
  PASSWORD,
  REPOSITORIES,
  SHOP_CALL,
} from '../../../support/operator/credential-scene.ts'

const skip = process.platform === 'win32' && 'a script of the shell is no program there'
const LOGGED_IN = { list: ['logged in'] }

test('calls that are given no credentials', { skip }, async (t) => {
  // Made and asked once, as no call changes them.
  const scene = await credentialScene(t)

  await t.test(
    'a repository is asked by what the plugin says it needs, and logs in by what another one gives',
    async () => {
      await using host = scene.host()
      assert.deepEqual(await host.call(SHOP_CALL), LOGGED_IN)
      assert.deepEqual(
        host.status().map(({ plugin }) => plugin),
        ['shop', 'outer', 'inner'],
      )
      for (const secret of [PASSWORD, LOGIN]) {
        assert.deepEqual(filesWith(scene.folder, secret), [], 'a file')
        if (process.platform !== 'linux') continue
        assert.deepEqual([processesWith(secret, 'cmdline'), processesWith(secret, 'environ')], [[], []])
      }
      // What the plugin says of them itself is told without them; it may come behind the answer.
      const ofPlugin = () => scene.lines.find(({ message }) => message.startsWith('asked with'))
      await until(() => ofPlugin() !== undefined)
      const line = ofPlugin()
      assert.equal(line?.message, 'asked with {"type":"Credentials/v1","properties":{"password":"***"}}')
      assert.equal(line?.attributes?.password, '***')
    },
  )

  await t.test(
    'nobody is asked where credentials are given, where the plugin wants none, and where no repository is named',
    async () => {
      const given = { type: 'Credentials/v1', properties: { password: 'given-by-hand' } }
      const plain = { endpoint: 'listComponents', request: { repository: { type: 'Plain/v1' }, last: '' } }
      const rows = [
        [{ ...SHOP_CALL, credentials: given }, REPOSITORIES, LOGGED_IN],
        [plain, REPOSITORIES, { list: ['undefined'] }],
        [SHOP_CALL, [], { list: ['nobody'] }],
      ] as const
      for (const [call, credentialRepositories, answer] of rows) {
        await using host = scene.laterHost({ credentialRepositories })
        assert.deepEqual(await host.call(call), answer)
        assert.equal(host.status().length, 1)
      }
    },
  )

  await t.test('one that has nothing is passed over, one that fails only where another has it', async () => {
    const broken = { type: 'Broken/v1' }
    await using host = scene.laterHost({ credentialRepositories: [broken, ...REPOSITORIES] })
    assert.deepEqual(await host.call(SHOP_CALL), LOGGED_IN)
    await using alone = scene.laterHost({ credentialRepositories: [{ type: 'Inner/v1' }] })
    assert.deepEqual(await alone.call(SHOP_CALL), { list: ['nobody'] })
    await using failing = scene.laterHost({ credentialRepositories: [{ type: 'Inner/v1' }, broken] })
    const error = await expectCodeAsync('PLUGIN_FAILED', () => failing.call(SHOP_CALL))
    assert.match(error.message, /^the credential repository `Broken\/v1` gives nothing: .*status 503: out of order$/)
    await using unknown = scene.laterHost({ credentialRepositories: [{ type: 'Ghost/v1' }] })
    const missing = await expectCodeAsync('CONTRACT_UNSUPPORTED', () => unknown.call(SHOP_CALL))
    assert.match(missing.message, /^the credential repository `Ghost\/v1` gives nothing: no plugin has /)
  })

  await t.test('a refusal that repeats what it was given is told without it', async () => {
    await using host = scene.host()
    for (const refused of ['sesame-open', 730_514]) {
      const credentials = { type: 'Login/v1', given: { refused } }
      const error = await expectCodeAsync('PLUGIN_FAILED', () => host.call({ ...SHOP_CALL, credentials }))
      assert.match(error.message, /status 403: no entry with \*\*\*$/)
      assert.doesNotMatch(JSON.stringify([error.details, scene.lines]), new RegExp(`${refused}`))
    }
  })
})
