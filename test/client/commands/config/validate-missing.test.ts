// `octo config validate` and the names of documents: which were looked for, which was meant, and strange ones.
import assert from 'node:assert/strict'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { octoIn } from '../../../support/octo/in-process-octo.ts'

test('without a config it says which names were looked for', async (t) => {
  const { code, stderr } = await octoIn({ cwd: tempFolder(t), env: {} }, ['config', 'validate'])
  assert.equal(code, 78)
  assert.match(stderr, /CONFIG_NOT_FOUND.*octo\.yaml/s)
})

test('a config that is not there leads to the one that was meant, and a folder to a file in it', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'octo.yaml'), '')
  const said = async (name: string) => {
    const { stdout, stderr } = await octoIn({ cwd: folder, env: {} }, ['config', 'validate', '-c', name])
    return stdout + stderr
  }
  const near = await said('octo.yml')
  assert.match(near, /hint: did you mean `octo\.yaml` beside it\?/)
  assert.doesNotMatch(await said('none/octo.yml'), /did you mean/)
  symlinkSync('nowhere', join(folder, 'link.yaml'))
  assert.doesNotMatch(await said('link.yaml'), /did you mean/)
  assert.match(await said('.'), /found a name without an end\n *hint: .*octo\.yaml/)
})

test('the place of a problem is said once, whatever the document is called', async (t) => {
  const folder = tempFolder(t)
  const name = 'a`b line 1: x.yaml'
  writeFileSync(join(folder, name), 'services:\n  db: [\n')
  const { stdout } = await octoIn({ cwd: folder, env: {} }, ['config', 'validate', '--config', name])
  const [line = ''] = stdout.split('\n')
  assert.match(line, /^a`b line 1: x\.yaml:\d+:\d+: error: /)
  assert.equal(line.split('x.yaml').length, 2, line)
})
