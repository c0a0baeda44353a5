// The scripts that shells load: each is understood by its shell where that is here, and none evaluates what it is given. What they do at
// a real TAB is tried in test/interop/completion.test.ts.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { main } from '../../completion/main.ts'
import { SCRIPTS } from '../../completion/scripts.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'

for (const [shell, script] of Object.entries(SCRIPTS)) {
  test(`the script of ${shell} evaluates nothing and expands no list`, () => {
    const code = script.replace(/^\s*#.*$/gm, '')
    for (const word of ['eval', 'compgen', 'source', '$COMP_WORDS', 'read -r -a', '${~', '(e)', '_files', '_arguments'])
      assert.ok(!code.includes(word), word)
    // One call of octo, with the line as one quoted word.
    assert.equal(code.split('command octo __complete').length, 2)
  })

  const isHere = spawnSync(shell, ['--version']).status === 0
  test(`${shell} understands its script`, { skip: isHere ? false : `${shell} is not here` }, (t) => {
    const file = join(tempFolder(t), 'script')
    writeFileSync(file, script)
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' })
    assert.deepEqual([status, stderr], [0, ''])
  })
}

const BASH_IS_HERE = spawnSync('bash', ['--version']).status === 0

test('a bash without compopt is given names of files that are no commands when they are inserted', {
  skip: BASH_IS_HERE ? false : 'bash is not here',
}, (t) => {
  const folder = tempFolder(t)
  const names = ['$(touch ran)', '~/a b;touch ran', 'plain/']
  const answer = ['files', ...names.map((name) => `${name}\t`)].join('\n')
  writeFileSync(join(folder, 'octo'), `#!/bin/sh\ncat <<'END'\n${answer}\nEND\n`, { mode: 0o755 })
  const asked = (how: string) => {
    const line = `${how}\n${SCRIPTS.bash}\nCOMP_LINE='octo run ./' COMP_POINT=11\n_octo\nprintf '%s\\n' "\${COMPREPLY[@]}"`
    const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder }
    return spawnSync('bash', ['--norc', '-c', line], { cwd: folder, env, encoding: 'utf8' })
      .stdout.trimEnd()
      .split('\n')
  }
  assert.deepEqual(asked('enable -n compopt'), ['\\$\\(touch\\ ran\\)', '~/a\\ b\\;touch\\ ran', 'plain/'])
  // Readline itself quotes them there.
  assert.deepEqual(asked('compopt() { return 0; }'), names)
})

test('octo completion prints the script, and its help says where it goes', async (t) => {
  const cwd = tempFolder(t)
  for (const [shell, script] of Object.entries(SCRIPTS))
    assert.deepEqual(await octoIn({ cwd }, ['completion', shell]), { code: 0, stdout: script, stderr: '' })
  const { stdout } = await octoIn({ cwd }, ['completion', '--help'])
  for (const place of ['bash-completion/completions/octo', '_octo', 'completions/octo.fish', 'source <('])
    assert.ok(stdout.includes(place), place)
})

test('another shell is refused with those that there are', async () => {
  const { message } = await expectCodeAsync('USAGE', () => main(['completion', 'tcsh']))
  assert.match(message, /`tcsh`.*`bash`, `zsh`, `fish`/)
  await expectCodeAsync('USAGE', () => main(['completion']))
})

test('what the scripts ask is answered by octo without a bundle, too', async (t) => {
  const asked = await octoIn({ cwd: tempFolder(t) }, ['__complete', 'bash', '', 'octo completion '])
  assert.deepEqual(asked, { code: 0, stdout: 'words\nbash\t\nzsh\t\nfish\t\n', stderr: '' })
})
