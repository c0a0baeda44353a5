// What a proven run rests on is what it was proven by, and not what lies in its place by now.
import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aPin } from '../../support/builders/a-config.ts'
import { aMachine, one } from '../../support/client/client-machine.ts'

test('a config or lockfile that was changed since it was read proves nothing', async (t) => {
  const { withClient, base, folder } = await aMachine(t)
  const configPath = join(folder, 'octo.yaml')
  const text = 'operator: {}\n'
  const config = { ...base.config, files: [configPath], inputs: new Map([[configPath, text]]) }
  const asked = { configPath, request: 'hello' }
  writeFileSync(configPath, text)
  await withClient({ config }, async (client) => {
    const executable = one(await client.ensure([aPin('hello')]))
    const { whole, folders } = await client.grounds(asked, executable)
    for (const path of [configPath, base.lockPath, executable.path, executable.root]) assert.ok(whole.has(path), path)
    assert.ok(folders.has(folder))
    appendFileSync(configPath, '# changed\n')
    const error = await expectCodeAsync('LINK_REFUSED', () => client.grounds(asked, executable))
    assert.match(error.message, /octo\.yaml`, which was changed meanwhile/)
    writeFileSync(configPath, text)
    const lock = readFileSync(base.lockPath, 'utf8')
    writeFileSync(base.lockPath, lock.replaceAll('1.0.0', '2.0.0'))
    const other = await expectCodeAsync('LINK_REFUSED', () => client.grounds(asked, executable))
    assert.match(other.message, /another version than the locked one/)
  })
})
