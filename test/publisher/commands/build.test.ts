// octo build: what it says of a plugin beside the table of its artifacts.
import assert from 'node:assert/strict'
import { chmod, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { idleScriptsNote } from '../../../publisher/pack/idle-scripts.ts'
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

test('scripts beside the executable that nothing can start are named, and those that can be are not', async () => {
  const files = { 'src/helper.sh': '#!/bin/sh\n', 'src/started.sh': '#!/bin/sh\n', 'src/words.txt': 'hello' }
  await using project = await aPluginProject({ files })
  await chmod(project.path('src/helper.sh'), 0o644)
  await chmod(project.path('src/started.sh'), 0o755)
  const { code, stderr } = await typeOcto(['build', project.dir])
  assert.equal(code, 0, stderr)
  assert.match(stderr, /`src\/helper\.sh` begins with `#!` and is not executable: .*`chmod \+x src\/helper\.sh`/)
  assert.doesNotMatch(stderr, /started|words|hello\.sh/)
  const manifest = await readFile(project.path('plugin.yaml'), 'utf8')
  await project.write('plugin.yaml', manifest.replace(/^( +)executable: .*$/m, '$&\n$1executables: [src/helper.sh]'))
  const mended = await typeOcto(['build', project.dir])
  assert.equal(mended.code, 0, mended.stderr)
  assert.doesNotMatch(mended.stderr, /not executable/)
})

test('of many scripts three are named', () => {
  const note = idleScriptsNote(['a', 'b', 'c', 'd', 'e'])
  assert.ok(note.startsWith('`a`, `b`, `c` and 2 more begin with `#!` and are not executable'), note)
})
