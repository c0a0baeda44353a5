import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readProject } from '../../../publisher/project/read-project.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aPluginProject } from '../../support/builders/plugin-project.ts'

const CHANGELOG = '# Changelog\n\n## 1.0.0\n\nsays hello\n\n## 0.9.0\n\nsaid nothing\n'

test('README and what the changelog says about this version go into the release', async () => {
  const manifest = { readme: 'README.md', changelog: 'CHANGELOG.md' }
  await using project = await aPluginProject({ manifest, files: { 'CHANGELOG.md': CHANGELOG } })
  const { released } = await readProject(project.dir)
  assert.equal(released.readme, '# hello\n')
  assert.equal(released.changelog, 'says hello')
})

test('a release without a changelog has no such field, so that it is what it was', async () => {
  await using project = await aPluginProject({ files: { 'CHANGELOG.md': CHANGELOG } })
  assert.ok(!('changelog' in (await readProject(project.dir)).released))
})

const refusals = [
  { says: 'that is not there', files: {}, code: 'FILE_NOT_FOUND', message: /`changelog` names `CHANGELOG\.md`/ },
  {
    says: 'that does not name the version',
    files: { 'CHANGELOG.md': '## 0.9.0\n\nold' },
    code: 'MANIFEST_INVALID',
    message: /says nothing about version `1\.0\.0`/,
  },
  {
    says: 'that says more about it than a page shows',
    files: { 'CHANGELOG.md': `## 1.0.0\n${'a line\n'.repeat(3000)}` },
    code: 'LIMIT_EXCEEDED',
    message: /expected at most 16384 characters, found 20999/,
  },
  {
    says: 'that nobody reads',
    files: { 'CHANGELOG.md': `## 1.0.0\n${'x'.repeat(1024 * 1024)}` },
    code: 'LIMIT_EXCEEDED',
    message: /expected at most 1048576 bytes/,
  },
] as const
for (const { says, files, code, message } of refusals)
  test(`a changelog ${says} is refused before anything is built`, async () => {
    await using project = await aPluginProject({ manifest: { changelog: 'CHANGELOG.md' }, files })
    const error = await expectCodeAsync(code, () => readProject(project.dir))
    assert.match(error.message, message)
  })
