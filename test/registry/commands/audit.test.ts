// `octo registry audit` answers who did what, with the names that people gave, beside a registry that runs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aRelease } from '../../support/builders/test-authority.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { publishRelease } from '../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('shows who published a version, by the name of the token, and narrows by subject, actor and time', async (t) => {
  const registry = await startTestRegistry(t, { repos: ['core', 'acme'] })
  const ci = await registry.createToken(['core/*'])
  for (const version of ['1.0.0', '1.1.0'])
    await publishRelease({ url: registry.url, token: ci.token }, await aRelease(registry.key, { version }))
  await publishRelease(registry, await aRelease(registry.key, { repo: 'acme', plugin: 'other' }))
  const audit = (...words: string[]) =>
    octoIn({ cwd: registry.dataDir }, ['registry', 'audit', ...words, '--data', registry.dataDir])
  const rows = async (...words: string[]) => JSON.parse((await audit(...words, '--json')).stdout)

  const published = (await rows('core/hello@1.0.0')).filter(({ action }: { action: string }) => action === 'publish')
  assert.equal(published.length, 1)
  assert.equal(published[0].actor, ci.id)
  assert.equal(typeof published[0].actorName, 'string')
  const subjects = async (...words: string[]) =>
    (await rows(...words)).map(({ subject }: { subject: string }) => subject)
  assert.deepEqual(await subjects('core/hello'), ['core/hello@1.1.0', 'core/hello@1.0.0'])
  assert.ok((await subjects('core')).includes('core') && !(await subjects('core')).includes('acme/other@1.0.0'))
  assert.deepEqual(await subjects('core', '--limit', '1'), ['core/hello@1.1.0'])
  assert.deepEqual(await subjects('--actor', ci.id), ['core/hello@1.1.0', 'core/hello@1.0.0'])
  assert.deepEqual(await subjects('--actor', published[0].actorName, 'core/hello@1.0.0'), ['core/hello@1.0.0'])
  assert.deepEqual(await subjects('--since', '2999-01-01'), [])
  const shown = await audit('core/hello@1.0.0')
  assert.match(shown.stdout, new RegExp(`${published[0].actorName} \\(${ci.id}\\) +publish +core/hello@1\\.0\\.0`))
})

test('what it cannot understand ends with a code and says what to type', async (t) => {
  const registry = await startTestRegistry(t)
  const rows: readonly (readonly [words: readonly string[], exit: number, code: string])[] = [
    [['--actor', 'nobody'], 66, 'TOKEN_NOT_FOUND'],
    [['Core'], 64, 'USAGE'],
    [['cor'], 66, 'REPO_NOT_FOUND'],
    [['cor/hello@1.0.0'], 66, 'REPO_NOT_FOUND'],
    [['core/nothing'], 0, ''],
    [['core/%'], 64, 'USAGE'],
    [['--since', 'yesterday'], 64, 'USAGE'],
    [['--limit', '0'], 64, 'USAGE'],
    [['--limit', '-1'], 64, 'USAGE'],
  ]
  for (const [words, exit, code] of rows) {
    const audit = ['registry', 'audit', ...words, '--json', '--data', registry.dataDir]
    const found = await octoIn({ cwd: registry.dataDir }, audit)
    const said = found.code === 0 ? '' : JSON.parse(found.stderr).error.code
    assert.deepEqual([found.code, said], [exit, code], words.join(' '))
  }
})

test('scopes and times are shown in words, and stand in --json as they are', async (t) => {
  const registry = await startTestRegistry(t)
  const scopes = ['core/check-*:publish,yank', '*/*:admin', 'acme-*/*:quarantine']
  const { id, expiresAt } = await registry.createToken(scopes)
  const audit = (...words: string[]) =>
    octoIn({ cwd: registry.dataDir }, ['registry', 'audit', id, ...words, '--data', registry.dataDir])
  const { stdout } = await audit()
  assert.ok(
    stdout.includes('scopes="publish, yank in core: check-*; everything in every repo; quarantine in repos acme-*"'),
    stdout,
  )
  assert.ok(stdout.includes(`expiresAt=${new Date(expiresAt).toISOString()}`), stdout)
  const [row] = JSON.parse((await audit('--json')).stdout)
  assert.deepEqual(row.details.scopes, [
    { repo: 'core', plugin: 'check-*', actions: ['publish', 'yank'] },
    { repo: '*', plugin: '*', actions: ['admin'] },
    { repo: 'acme-*', plugin: '*', actions: ['quarantine'] },
  ])
  assert.equal(row.details.expiresAt, expiresAt)
})

test('nothing to show is said in words, and a repo that was mistyped leads to the one that was meant', async (t) => {
  const registry = await startTestRegistry(t)
  const audit = (subject: string) => octoIn({ cwd: registry.dataDir }, ['registry', 'audit', subject, '--data', '.'])
  assert.deepEqual(await audit('core/nothing'), { code: 0, stdout: '', stderr: 'nothing of that kind has happened\n' })
  assert.match(
    (await audit('cor')).stderr,
    /hint: did you mean `core`\? `octo registry repo list --data \.` shows those/,
  )
})
