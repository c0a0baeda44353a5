// octo build: what it says of a plugin beside the table of its artifacts.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'

test('a plugin that is to stay running is built, and its author is told what keeps it running', async () => {
  await using project = await aPluginProject()
  const manifest = await readFile(project.path('plugin.yaml'), 'utf8')
  for (const [kind, isTold] of [
    ['tool', false],
    ['service', true],
  ] as const) {
    await project.write('plugin.yaml', manifest.replace(/^kind: .*$/m, `kind: ${kind}`))
    const { code, stderr } = await typeOcto(['build', project.dir])
    assert.equal(code, 0, stderr)
    assert.equal(stderr.includes('`octo start` keeps it running'), isTold, kind)
  }
})
