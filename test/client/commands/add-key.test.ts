// Whose key `octo add` writes into the config: the one that was typed, or the one in the file that was named.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

test('a key that is typed counts, and no file that is called like it', async (t) => {
  const key = issueKey()
  const keyLine = publicKeyLine(key.trustKey)
  const registry = await startStaticRegistry(t, [await aRelease(key)])
  const folder = tempFolder(t)
  const add = (given: string, name: string) =>
    octoIn({ cwd: folder, env: { OCTO_HOME: join(folder, 'store') } }, [
      ...['add', registry.url(), '--key', given, '--name', name, '--yes', '--json'],
      ...['--config', `${name}.yaml`],
    ])
  for (const name of ['typed', 'named']) writeFileSync(join(folder, `${name}.yaml`), '')
  mkdirSync(dirname(join(folder, keyLine)), { recursive: true })
  writeFileSync(join(folder, keyLine), publicKeyLine(issueKey().trustKey))
  const typed = await add(keyLine, 'typed')
  assert.equal(typed.code, 0, typed.stderr)
  assert.deepEqual(JSON.parse(typed.stdout).added.keys, [key.trustKey.id])
  writeFileSync(join(folder, 'octo.pub'), key.trustKey.pem)
  const named = await add('octo.pub', 'named')
  assert.equal(named.code, 0, named.stderr)
  assert.ok(readFileSync(join(folder, 'named.yaml'), 'utf8').includes(keyLine))
})
