// Questions to a person on a terminal.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { askOn } from '../../terminal/ask-question.ts'
import { openTerminal } from '../../terminal/terminal.ts'
import { collectedStreams } from '../support/machine/collected-streams.ts'
import { FROM_SOURCES } from '../support/machine/from-sources.ts'
import { lacksPty, runOnPty } from '../support/machine/pty.ts'
import { openScreen } from '../support/machine/screen.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { BUNDLE } from '../support/octo/run-octo.ts'

const OCTO = fileURLToPath(new URL('../../bin/octo.js', import.meta.url))

test('nobody is asked without a terminal, with `--json` or with `--quiet`', () => {
  assert.equal(askOn(openTerminal({}, collectedStreams())), undefined)
  assert.equal(askOn(openTerminal({ json: true }, collectedStreams({ tty: true }))), undefined)
  assert.equal(askOn(openTerminal({ quiet: true }, collectedStreams({ tty: true }))), undefined)
  assert.ok(askOn(openTerminal({}, collectedStreams({ tty: true }))))
})

test('a password is not shown while it is typed, and stored nowhere', { skip: lacksPty() }, async (t) => {
  const folder = tempFolder(t)
  const prompts = 'octoctl: {prompts: [{name: Word of the day, type: password, var: WORD}]}\n'
  writeFileSync(
    join(folder, 'octo.yaml'),
    `${prompts}services: {web: {image: a, environment: {A: "x{{.env.WORD}}"}}}\n`,
  )
  const screen = openScreen({ columns: 80, rows: 24 })
  const words = ['config', 'show', 'services.web.environment', '--reveal']
  const place = { cwd: folder, env: { ...BUNDLE, TERM: 'xterm-256color' }, columns: 80, rows: 24 }
  const octo = runOnPty([process.execPath, OCTO, ...words], screen, place)
  await screen.until((lines) => lines.some((line) => line.includes('Word of the day')))
  octo.type('hush\r')
  assert.equal(await octo.ended, 'exit 0')
  assert.ok((await screen.lines()).includes('A: xhush'))
  assert.equal(screen.raw().split('hush').length, 2, 'only where it was asked to be shown')
})

const ASKED = `
  import { askOn } from ${JSON.stringify(new URL('../../terminal/ask-question.ts', import.meta.url).href)}
  import { openTerminal } from ${JSON.stringify(new URL('../../terminal/terminal.ts', import.meta.url).href)}
  const ask = askOn(openTerminal({}))
  for (const unsaid of [undefined, 'no']) {
    const name = unsaid === 'no' ? 'Second?' : 'First?'
    console.log(name + ' ' + (await ask({ name, type: 'confirm', options: [], unsaid })))
  }
`

test('Enter alone says yes, but where somebody has to have looked first', { skip: lacksPty() }, async (t) => {
  const screen = openScreen({ columns: 80, rows: 24 })
  const place = { cwd: tempFolder(t), env: { TERM: 'xterm-256color' }, columns: 80, rows: 24 }
  const words = [process.execPath, ...FROM_SOURCES, '--input-type=module', '-e', ASKED]
  const asking = runOnPty(words, screen, place)
  for (const name of ['First?', 'Second?']) {
    await screen.until((lines) => lines.some((line) => line.includes(name)))
    asking.type('\r')
  }
  assert.equal(await asking.ended, 'exit 0')
  const lines = await screen.lines()
  for (const line of ['First? true', 'Second? false']) assert.ok(lines.includes(line), lines.join('\n'))
})
