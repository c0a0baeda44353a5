// A key that the config calls revoked by now counts for nothing, for whoever read the config before.
import assert from 'node:assert/strict'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { openRevocations } from '../../config/revocations.ts'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { readConfig } from '../support/builders/read-configs.ts'
import { issueKey } from '../support/builders/test-authority.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const { trustKey: stolen } = issueKey()
const { trustKey: other } = issueKey('ed25519')
const line = publicKeyLine(stolen)

const repo = (keys: string, name = 'acme') =>
  `operator:\n  repos:\n    ${name}:\n      url: https://plugins.example.com/repos/acme.yaml\n      keys: [${keys}, ${publicKeyLine(other)}]\n`

async function opened(t: TestContext, text: string) {
  const folder = tempFolder(t)
  const path = join(folder, 'octo.yaml')
  writeFileSync(join(folder, 'acme.pub'), stolen.pem)
  writeFileSync(path, text)
  const revocations = openRevocations(await readConfig(path, { cwd: folder, env: {} }))
  assert.equal(revocations.of('acme', stolen.id), undefined)
  return { folder, path, revocations, now: () => revocations.of('acme', stolen.id) }
}

for (const [how, before, after] of [
  ['as a line', repo(line), repo(`{key: ${line}, revoked: true}`)],
  ['as a file', repo('{file: acme.pub}'), repo('{file: acme.pub, revoked: true}')],
] as const)
  test(`a key that stands there ${how} is revoked from the moment on that the document says so`, async (t) => {
    const { folder, path, revocations, now } = await opened(t, before)
    // Written anew, and put in its place as editors do.
    writeFileSync(path, after)
    assert.equal(now(), path)
    writeFileSync(path, before)
    assert.equal(now(), undefined)
    writeFileSync(join(folder, 'next'), after)
    renameSync(join(folder, 'next'), path)
    assert.equal(now(), path)
    assert.equal(revocations.of('acme', other.id), undefined)
    assert.equal(revocations.of('elsewhere', stolen.id), undefined)
  })

test('an included document counts as well', async (t) => {
  const { folder, now } = await withInclude(t)
  assert.equal(now(), undefined)
  writeFileSync(join(folder, 'keys.yaml'), repo(`{key: ${line}, revoked: true}`))
  assert.equal(now(), join(folder, 'keys.yaml'))
})

async function withInclude(t: TestContext) {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'keys.yaml'), repo(line))
  writeFileSync(join(folder, 'octo.yaml'), 'include: [{url: ./keys.yaml}]\n')
  const revocations = openRevocations(await readConfig(join(folder, 'octo.yaml'), { cwd: folder, env: {} }))
  return { folder, now: () => revocations.of('acme', stolen.id) }
}

test('what cannot be read, as somebody writes it just now, says what it said before', async (t) => {
  const { path, now } = await opened(t, repo(line))
  for (const broken of ['operator: {repos: {', '\ud800', 'operator: {repos: {acme: 1}}\n']) {
    writeFileSync(path, broken)
    assert.equal(now(), undefined, broken)
  }
  writeFileSync(path, repo(`{key: ${line}, revoked: true}`))
  assert.equal(now(), path)
  writeFileSync(path, 'operator: {repos: {')
  assert.equal(now(), path)
  rmSync(path)
  assert.equal(now(), path)
})
