import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requireVersion } from '../../../publisher/publish/expected-version.ts'
import { CodedError } from '../../../schemas/errors.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const ROWS = [
  [undefined, '0.1.0', undefined],
  ['0.1.0', '0.1.0', undefined],
  ['v0.1.0', '0.1.0', undefined],
  ['v9.9.9', '0.1.0', 'STATE_CONFLICT'],
  ['v0.1.0-rc.1', '0.1.0', 'STATE_CONFLICT'],
  ['0.1.0', '0.1.0-rc.1', 'STATE_CONFLICT'],
  ['v0.1', '0.1.0', 'VERSION_INVALID'],
  ['main', '0.1.0', 'VERSION_INVALID'],
  ['', '0.1.0', 'VERSION_INVALID'],
  ['0.1.0+build', '0.1.0', 'VERSION_INVALID'],
] as const

for (const [expected, version, code] of ROWS)
  test(`${version} in plugin.yaml and the tag ${JSON.stringify(expected)}: ${code ?? 'go on'}`, () => {
    assert.equal(
      codeOf(() => requireVersion({ name: 'x' as Name, version: version as Version }, expected)),
      code,
    )
  })

const MEANT = [
  ['refs/tags/v0.1.0', 'give the tag alone: `--expect-version v0.1.0`'],
  ['refs/tags/0.1.0-rc.1', 'give the tag alone: `--expect-version 0.1.0-rc.1`'],
  ['my-check@1.2.3', 'give the tag alone: `--expect-version 1.2.3`'],
  ['refs/heads/main', 'give the tag that was pushed, such as `--expect-version v1.2.3`; a branch names no version'],
  ['', 'give the tag that was pushed, such as `--expect-version v1.2.3`; a branch names no version'],
] as const
test('what CI gives in place of a version comes with what is meant', () => {
  for (const [expected, hint] of MEANT) {
    const error = expectCode('VERSION_INVALID', () =>
      requireVersion({ name: 'x' as Name, version: '0.1.0' as Version }, expected),
    )
    assert.equal(error.hint, hint)
  }
})

test('a tag that differs from plugin.yaml publishes nothing, even when that version is published already', async (t) => {
  const registry = await startTestRegistry(t)
  const { privateKey } = writeKeyFiles(tempFolder(t), registry.key)
  await using project = await aPluginProject()
  const publish = (tag: string) =>
    typeOcto(['publish', project.dir, '--registry', registry.url, '--key', privateKey, '--expect-version', tag], {
      env: { OCTO_TOKEN: registry.token },
    })
  assert.equal((await publish('v1.0.0')).code, 0)
  const { code, stdout, stderr } = await publish('v9.9.9')
  assert.deepEqual([code, stdout], [65, ''])
  assert.match(stderr, /expected `9\.9\.9`, found `1\.0\.0`/)
})

function codeOf(act: () => void): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return error instanceof CodedError ? error.code : String(error)
  }
}
