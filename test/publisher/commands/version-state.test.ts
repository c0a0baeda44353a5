// octo yank, deprecate, quarantine and back: what the document then says, and who may not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DocumentVersion } from '../../../schemas/plugin-document.ts'
import { parsePluginDocument } from '../../../schemas/plugin-document.ts'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { publishProjects, writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('each state is set with its reason and taken back', async (t) => {
  const registry = await startTestRegistry(t)
  await using project = await aPluginProject()
  await publishProjects([project.dir], registry, writeKeyFiles(tempFolder(t), registry.key))
  const change = async (...words: string[]) => {
    const run = await typeOcto([...words, '--registry', registry.url, '--json'], {
      env: { OCTO_TOKEN: registry.token },
    })
    assert.equal(run.code, 0, run.stderr)
    const answer = await fetch(`${registry.url}/repos/core/hello.json`)
    const document = parsePluginDocument(await answer.text(), 'test')
    const { state, reason, deprecated } = document.versions[0] as DocumentVersion
    return [state, reason, deprecated]
  }
  assert.deepEqual(await change('yank', 'core/hello@1.0.0', '--reason', 'broken'), ['yanked', 'broken', undefined])
  assert.deepEqual(await change('unyank', 'core/hello@v1.0.0'), ['active', undefined, undefined])
  assert.deepEqual(await change('deprecate', 'hello@1.0.0', '--repo', 'core', '-m', 'old'), [
    'active',
    undefined,
    'old',
  ])
  assert.deepEqual(await change('undeprecate', 'core/hello@1.0.0'), ['active', undefined, undefined])
  assert.deepEqual(await change('quarantine', 'core/hello@1.0.0', '-m', 'bad'), ['quarantined', 'bad', undefined])
  assert.deepEqual(await change('unquarantine', 'core/hello@1.0.0'), ['active', undefined, undefined])
})

test('refuses what it cannot name, a missing reason, and a token that may not', async (t) => {
  const registry = await startTestRegistry(t)
  await using project = await aPluginProject()
  await publishProjects([project.dir], registry, writeKeyFiles(tempFolder(t), registry.key))
  const fail = async (token: string, ...words: string[]) => {
    const run = await typeOcto([...words, '--registry', registry.url, '--json'], { env: { OCTO_TOKEN: token } })
    return JSON.parse(run.stderr).error.code
  }
  const { token } = registry
  assert.equal(await fail(token, 'yank', 'core/hello@1.0.0'), 'USAGE')
  for (const target of ['hello@1.0.0', 'core/hello', 'a/b/c@1.0.0', '@1.0.0'])
    assert.equal(await fail(token, 'unyank', target), 'USAGE', target)
  assert.equal(await fail(token, 'unyank', 'core/hello@^1'), 'VERSION_INVALID')
  assert.equal(await fail(token, 'unyank', 'core/hello@9.9.9'), 'VERSION_NOT_FOUND')
  assert.equal(await fail(token, 'unyank', 'core/nothing@1.0.0'), 'PLUGIN_NOT_FOUND')
  const weak = (await registry.createToken(['core/hello:publish'])).token
  assert.equal(await fail(weak, 'quarantine', 'core/hello@1.0.0', '-m', 'x'), 'FORBIDDEN')
})

test('a version is named whole, and what it is said to be reads as words', async (t) => {
  const registry = await startTestRegistry(t)
  await using project = await aPluginProject()
  await publishProjects([project.dir], registry, writeKeyFiles(tempFolder(t), registry.key))
  const type = (...words: string[]) =>
    typeOcto([...words, '--registry', registry.url], { env: { OCTO_TOKEN: registry.token } })
  const said = await type('deprecate', 'core/hello@1.0.0', '-m', 'use other')
  assert.equal(said.stdout, 'core/hello@1.0.0 is active, deprecated (use other)\n')
  for (const [target, hint] of [
    ['core/hello', /core\/check-tcp@1\.0\.0/],
    ['core/hello@9.9.9', new RegExp(`${registry.url}/plugins/core/hello shows the versions`)],
    ['core/nothing@1.0.0', new RegExp(`${registry.url}/plugins/core shows the plugins`)],
  ] as const) {
    const { code, stderr } = await type('yank', target, '-m', 'broken')
    assert.notEqual(code, 0)
    assert.match(stderr.split('hint: ')[1] ?? '', hint, stderr)
  }
  assert.equal(
    (await type('yank', 'core/hello@1.0.0', '-m', 'broken')).stdout,
    'core/hello@1.0.0 is yanked (broken), deprecated (use other)\n',
  )
})
