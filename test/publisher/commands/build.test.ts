// octo build: what it says of a plugin beside the table of its artifacts.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'

test('a plugin that is to stay running is built, and its author is told what keeps it running', async () => {
  await using project = await aPluginProject()
  const manifest = await readFile(project.path('plugin.yaml'), 'utf8')
  for (const [kind, protocol, told] of [
    ['tool', 'exec', undefined],
    ['service', 'exec', /`octo start` keeps it running/],
    ['service', 'ocm', /`octo plugin call` start it when it is asked; `octo start` and `octo run` do not/],
  ] as const) {
    const changed = manifest.replace(/^kind: .*$/m, `kind: ${kind}`).replace(/^protocol: .*$/m, `protocol: ${protocol}`)
    await project.write('plugin.yaml', changed)
    const { code, stderr } = await typeOcto(['build', project.dir])
    assert.equal(code, 0, stderr)
    if (told) assert.match(stderr, told)
    else assert.doesNotMatch(stderr, /octo start/)
  }
})
