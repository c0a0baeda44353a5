// A signature that was made elsewhere, as by a key service, over the statement that octo wrote: published as it is.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { signElsewhere } from '../../support/builders/elsewhere-signer.ts'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

async function aScene(t: TestContext) {
  const registry = await startTestRegistry(t)
  const folder = tempFolder(t)
  const keys = writeKeyFiles(folder, registry.key)
  const project = await aPluginProject()
  t.after(() => project[Symbol.asyncDispose]())
  const octo = (...words: string[]) => typeOcto(words, { env: { OCTO_TOKEN: registry.token } })
  const file = (name: string) => join(folder, name)
  const publish = (...more: string[]) =>
    octo('publish', project.dir, '--registry', registry.url, '--bundle', file('bundle.json'), '--json', ...more)
  const isPublic = async () => (await fetch(`${registry.url}/repos/core/hello.json`)).status === 200
  await octo('build', project.dir)
  await octo('sign', project.dir, '--statement', file('statement.json'))
  const statement = await readFile(file('statement.json'))
  return { registry, keys, project, octo, file, publish, isPublic, statement, folder }
}

test('publishes the bytes of a bundle that another signer made over the statement of octo sign', async (t) => {
  const { registry, keys, file, publish, statement } = await aScene(t)
  const bundle = signElsewhere(statement, registry.key)
  await writeFile(file('bundle.json'), bundle)
  const first = await publish('--key', keys.publicKey)
  assert.equal(first.code, 0, first.stderr)
  assert.equal(JSON.parse(first.stdout).releases[0].state, 'published')
  const served = await fetch(`${registry.url}/repos/core/hello/1.0.0/release.sigstore.json`)
  assert.equal(await served.text(), bundle)
  const again = await publish('--key', keys.publicKey)
  assert.equal(JSON.parse(again.stdout).releases[0].state, 'unchanged', again.stderr)
})

test('what another signer signed is proven before anything is sent', async (t) => {
  const { registry, keys, project, file, publish, isPublic, statement, folder } = await aScene(t)
  const stranger = issueKey()
  const strangerKeys = writeKeyFiles(folder, stranger, 'stranger')
  const other = Buffer.from(statement.toString().replaceAll('says hello', 'says other'))
  const otherRepo = Buffer.from(statement.toString().replaceAll('"core"', '"acme"'))
  const good = signElsewhere(statement, registry.key)
  const rows = [
    ['a stranger’s signature', signElsewhere(statement, stranger), 'SIGNER_NOT_ALLOWED'],
    ['another description', signElsewhere(other, registry.key), 'STATEMENT_MISMATCH'],
    ['another repo', signElsewhere(otherRepo, registry.key), 'STATEMENT_MISMATCH'],
    ['a changed payload', good.replace(statement.toString('base64'), other.toString('base64')), 'SIGNATURE_INVALID'],
    ['no bundle at all', '{}', 'BUNDLE_MALFORMED'],
    ['bytes that are no text', Buffer.from(good.replace('{', '{\xff'), 'latin1'), 'TEXT_INVALID'],
  ] as const
  for (const [what, bundle, code] of rows) {
    await writeFile(file('bundle.json'), bundle)
    const { stderr } = await publish('--key', keys.publicKey)
    assert.equal(JSON.parse(stderr).error.code, code, what)
    if (code === 'SIGNER_NOT_ALLOWED') assert.match(JSON.parse(stderr).error.hint, /public half of the key that signed/)
  }
  await writeFile(file('bundle.json'), signElsewhere(statement, stranger))
  const admitted = JSON.parse((await publish('--key', strangerKeys.publicKey)).stderr).error
  assert.equal(admitted.code, 'SIGNER_NOT_ALLOWED', 'the registry asks its own keys')
  await writeFile(file('bundle.json'), good)
  await project.write('src/hello.sh', '#!/bin/sh\necho other\n')
  await typeOcto(['build', project.dir])
  assert.equal(JSON.parse((await publish('--key', keys.publicKey)).stderr).error.code, 'STATEMENT_MISMATCH')
  assert.equal(await isPublic(), false)
})

test('a bundle stands for one plugin and needs the public key that proves it', async (t) => {
  const { keys, project, octo, file, publish } = await aScene(t)
  await writeFile(file('bundle.json'), '{}')
  assert.equal(JSON.parse((await publish()).stderr).error.code, 'USAGE')
  const two = ['publish', project.dir, project.dir, '--bundle', file('bundle.json'), '--key', keys.publicKey, '--json']
  assert.equal(JSON.parse((await octo(...two)).stderr).error.code, 'USAGE')
  const withPrivate = await publish('--key', keys.privateKey)
  assert.match(JSON.parse(withPrivate.stderr).error.message, /holds a private key, expected the public one/)
})
