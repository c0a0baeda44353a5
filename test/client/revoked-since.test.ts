// What a client has proven is not started again once a local document calls its key revoked.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { expectCode } from '../support/assertions/expect-code.ts'
import { aPin } from '../support/builders/a-config.ts'
import { readConfig } from '../support/builders/read-configs.ts'
import { aMachine, key, one } from '../support/client/client-machine.ts'

test('a proven plugin is given out until its key is revoked, and not a moment longer', async (t) => {
  const { registry, folder, withClient } = await aMachine(t)
  const path = join(folder, 'octo.yaml')
  const line = publicKeyLine(key.trustKey)
  const config = (of: string) => `operator: {repos: {core: {url: "${registry.url()}", keys: [${of}]}}}\n`
  writeFileSync(path, config(line))
  await withClient({ config: await readConfig(path, { cwd: folder, env: {} }) }, async (client) => {
    const executable = one(await client.ensure([aPin('hello')]))
    assert.equal(client.locate(executable), executable)
    writeFileSync(path, config(`{key: ${line}, revoked: true}`))
    const error = expectCode('SIGNER_NOT_ALLOWED', () => client.locate(executable))
    assert.equal(error.details.revoked, true)
    assert.ok(error.message.includes(`\`${path}\` calls revoked`), error.message)
  })
})
