import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesOf } from '../../../publisher/project/changes-of.ts'

const rows: readonly (readonly [says: string, changelog: string, part: string | undefined])[] = [
  ['a heading that is the version', '# Changes\n\n## 1.2.0\n\n- new\n\n## 1.1.0\n\n- old\n', '- new'],
  [
    'a version in brackets with a day',
    '## [Unreleased]\n\n## [1.2.0] - 2026-01-31\n### Added\n- new\n',
    '### Added\n- new',
  ],
  ['a leading v', '# v1.2.0 (January)\nnew\n# v1.1.0\nold', 'new'],
  ['the name of the project before it', '## check-disk 1.2.0\nnew', 'new'],
  ['another version behind it', '## 1.2.0, after 1.1.0\nnew\n## 1.1.0\nold', 'new'],
  ['underlined headings', 'Changes\n=======\n\n1.2.0\n-----\nnew\n\n1.1.0\n-----\nold', 'new'],
  ['line ends of Windows', '## 1.2.0\r\nnew\r\nmore\r\n## 1.1.0\r\nold', 'new\nmore'],
  ['smaller headings below', '## 1.2.0\n### Fixed\na\n#### more\nb\n# end', '### Fixed\na\n#### more\nb'],
  [
    'headings inside a block of code',
    '## 1.2.0\n```sh\n# 1.1.0\n## end\n```\nnew\n## 1.1.0',
    '```sh\n# 1.1.0\n## end\n```\nnew',
  ],
  [
    'a fence that a shorter one does not end',
    '## 1.2.0\n````\n```\n## 1.1.0\n````\nnew',
    '````\n```\n## 1.1.0\n````\nnew',
  ],
  ['the version inside a block of code alone', '~~~\n## 1.2.0\nno\n~~~\n', undefined],
  ['nothing below the heading', '## 1.2.0\n\n## 1.1.0\nold', undefined],
  ['only versions that begin alike', '## 1.2.01\na\n## 11.2.0\nb\n## 1.2.0-rc.1\nc\n## 1.2.0.1\nd', undefined],
  ['the version in the text alone', 'since 1.2.0 it does', undefined],
  ['nothing', '', undefined],
]
for (const [says, changelog, part] of rows)
  test(`of a changelog with ${says}, ${part === undefined ? 'nothing' : 'what changed'} is about the version`, () => {
    assert.equal(changesOf('1.2.0', changelog), part)
  })

test('a pre-release has a heading of its own', () => {
  const changelog = '## 2.0.0\na\n## 2.0.0-rc.1\nb'
  assert.deepEqual(
    ['2.0.0', '2.0.0-rc.1', '2.0.0-rc'].map((version) => changesOf(version, changelog)),
    ['a', 'b', undefined],
  )
})
