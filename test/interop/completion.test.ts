// Real shells at a real TAB, on a pseudo-terminal: bash, zsh and fish complete octo, and run nothing of what was typed or is offered.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { layoutOf } from '../../client/store/layout.ts'
import type { Shell } from '../../completion/split-line.ts'
import { lacksPty, runOnPty } from '../support/machine/pty.ts'
import type { Screen } from '../support/machine/screen.ts'
import { openScreen } from '../support/machine/screen.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const OCTO = fileURLToPath(new URL('../../bin/octo.js', import.meta.url))
const PROMPT = 'ready> '

/** How each is started without the set-up of this machine, and told to load the script. */
const STARTS: Readonly<Record<Shell, { readonly words: readonly string[]; readonly setUp: string }>> = {
  bash: {
    words: ['bash', '--noprofile', '--norc', '-i'],
    setUp: `bind 'set bell-style none'; bind 'set show-all-if-ambiguous on'; bind 'set enable-bracketed-paste off'; source <(octo completion bash); PS1='${PROMPT}'`,
  },
  zsh: {
    words: ['zsh', '-f', '-i'],
    setUp: `unsetopt beep PROMPT_SP; autoload -U compinit; compinit -u -D; source <(octo completion zsh); PS1='${PROMPT}'`,
  },
  fish: {
    words: ['fish', '--no-config', '--private'],
    setUp: `function fish_prompt; printf '${PROMPT}'; end; set -g fish_autosuggestion_enabled 0; octo completion fish | source`,
  },
}

const HOSTILE = [
  'core/$(touch PWNED)',
  'core/`touch PWNED`',
  'core/a b',
  "core/a'b",
  'core/a;touch PWNED',
  'core/a\u001b]0;x\u0007',
]

function aFolder(t: TestContext): string {
  const folder = tempFolder(t)
  const url = 'https://x.example/repos/core.yaml'
  const names = [...HOSTILE, 'core/check-tcp', 'core/only-one']
  const plugins = Object.fromEntries(names.map((name) => [name, { version: '1.2.0', url, platforms: {} }]))
  const service = (name: string) => `  ${name}:\n    command: [/bin/true]\n`
  const services = ['web-front', '"$(touch PWNED)"', '"a b"', '`touch PWNED`'].map(service).join('')
  writeFileSync(join(folder, 'octo.lock'), JSON.stringify({ format: 'octo.lock/v1', plugins }))
  writeFileSync(join(folder, 'octo.yaml'), `services:\n${services}`)
  for (const file of ['my report.xml', 'sub.yaml', "it's $(touch PWNED).yaml"]) writeFileSync(join(folder, file), '')
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/octo'), `#!/bin/sh\nexec '${process.execPath}' '${OCTO}' "$@"\n`)
  chmodSync(join(folder, 'bin/octo'), 0o755)
  const { documents, document } = layoutOf(join(folder, 'store'))
  mkdirSync(documents, { recursive: true })
  const versions = ['2.0.1', '1.2.0', '$(touch PWNED)'].map((version) => ({ version, state: 'active' }))
  const place = 'https://x.example/repos/core/only-one.json'
  writeFileSync(document(place), JSON.stringify({ url: place, text: JSON.stringify({ versions }) }))
  return folder
}

/** A shell that waits behind its prompt. */
async function start(t: TestContext, shell: Shell) {
  const folder = aFolder(t)
  const screen = openScreen({ columns: 200, rows: 50 })
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    TERM: 'xterm-256color',
    LC_ALL: 'C.UTF-8',
    OCTO_HOME: join(folder, 'store'),
  }
  const { words, setUp } = STARTS[shell]
  const running = runOnPty(words, screen, { cwd: folder, env, columns: 200, rows: 50 })
  t.after(running.hangUp)
  running.type(`${setUp}\r`)
  await screen.until((lines) => lines.at(-1)?.trimEnd() === PROMPT.trimEnd())
  return { folder, screen, running }
}

/** The line behind the last prompt. */
const typed = (lines: readonly string[]) =>
  (lines.findLast((line) => line.startsWith(PROMPT)) ?? '').slice(PROMPT.length)

async function lineBecomes(screen: Screen, wanted: string): Promise<void> {
  await screen.until((lines) => typed(lines).trimEnd() === wanted)
}

/** What one TAB makes of a line, in all three; quoted as the shell does it. */
const ROWS: readonly (readonly [line: string, becomes: string | Readonly<Record<Shell, string>>])[] = [
  ['octo compl', 'octo completion'],
  ['octo check --froz', 'octo check --frozen'],
  ['octo run onl', 'octo run only-one'],
  ['octo run only-one@2', 'octo run only-one@2.0.1'],
  ['octo run core/only-one@2', 'octo run core/only-one@2.0.1'],
  ['octo check we', 'octo check web-front'],
  ['octo check --phase=pre', 'octo check --phase=preflight'],
  ['octo check --config su', 'octo check --config sub.yaml'],
  ['octo check --config=su', 'octo check --config=sub.yaml'],
  ['octo check --junit my', 'octo check --junit my\\ report.xml'],
  ['octo run $(touch PWNED) --offl', 'octo run $(touch PWNED) --offline'],
  ['octo run `touch PWNED` --offl', 'octo run `touch PWNED` --offline'],
]

for (const shell of Object.keys(STARTS) as Shell[]) {
  const isHere = spawnSync(shell, ['--version']).status === 0
  const skip = lacksPty() || (isHere ? false : `${shell} is not on this machine`)
  test(`${shell} completes what stands behind octo, and runs nothing of it`, { skip }, async (t) => {
    const { folder, screen, running } = await start(t, shell)
    for (const [line, becomes] of ROWS) {
      // Bash completes within backquotes by itself, and fish does not know them.
      if (shell !== 'zsh' && line.includes('`')) continue
      running.type(line)
      await lineBecomes(screen, line)
      running.type('\t')
      await lineBecomes(screen, typeof becomes === 'string' ? becomes : becomes[shell])
      running.type('\u0015')
      await lineBecomes(screen, '')
    }
    for (const [line, offered] of [
      ['octo run ', 'only-one'],
      ['octo run $(touch PWNED) ', 'sub.yaml'],
      ['octo check ', 'web-front'],
      ['octo check --config ', 'sub.yaml'],
    ] as const) {
      running.type(line)
      await lineBecomes(screen, line.trimEnd())
      const before = screen.raw().length
      running.type('\t')
      await screen.until(() => screen.raw().slice(before).includes(offered) || typed([screen.raw()]).includes(offered))
      const shown = screen.raw().slice(before)
      assert.ok(!shown.includes('\u001b]0;x'), 'a title was set')
      // Not Ctrl-C, with which one leaves the pager of fish by hand: that is a signal, which a shell that is busy may lose.
      running.type('\u0015')
      await lineBecomes(screen, '')
    }
    running.type('exit\r')
    await running.ended
    assert.equal(existsSync(join(folder, 'PWNED')), false, 'something was run')
  })
}
