// The real octo on a pseudo-terminal: what a person sees while checks run, and what is left at the end.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { publicKeyLine } from '../../schemas/trust-key.ts'
import { aMachine, key } from '../support/client/client-machine.ts'
import { triesEveryCase } from '../support/machine/full-form.ts'
import { lacksPty, runOnPty } from '../support/machine/pty.ts'
import { openScreen } from '../support/machine/screen.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'
import { BUNDLE } from '../support/octo/run-octo.ts'

const OCTO = fileURLToPath(new URL('../../bin/octo.js', import.meta.url))
const skip = lacksPty()
const SPINNER = /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /

/** Passes as soon as the file that it is given exists. */
const WAITING = Buffer.from(
  '#!/bin/sh\nwhile [ ! -e "$1" ]; do sleep 0.05; done\necho "OK - see https://plugins.example.com/a/long/address/of/a/result/that/is/shown/whole"\n',
)
const PLATFORMS = Object.fromEntries(
  ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64'].map((platform) => [platform, WAITING]),
)

type Size = { readonly columns: number; readonly rows: number; readonly env?: Readonly<Record<string, string>> }

/** Service `a` goes through both phases, `b` waits in its first. */
async function aCheck(t: TestContext, { columns, rows, env = {} }: Size, words: readonly string[] = []) {
  const { registry, folder, base } = await aMachine(t, [
    { plugin: 'waits', platforms: PLATFORMS, manifest: { output: 'check/v1' } },
  ])
  const repo = `{url: ${registry.url()}, keys: ["${publicKeyLine(key.trustKey)}"]}`
  const waits = (file: string) => `[{tool: waits, args: ["${join(folder, file)}"], timeout: 60s}]`
  writeFileSync(
    join(folder, 'octo.yaml'),
    `operator:\n  repos: {core: ${repo}}\n  services:\n    a: {preflight: ${waits('one')}, health: ${waits('two')}}\n    b: {preflight: ${waits('three')}}\n`,
  )
  const own = { ...BUNDLE, OCTO_HOME: base.storeRoot, TERM: 'xterm-256color', ...env }
  const installed = await octoIn({ cwd: folder, env: own }, ['install'])
  assert.equal(installed.code, 0, installed.stderr)
  const screen = openScreen({ columns, rows })
  const place = { cwd: folder, env: own, columns, rows }
  const running = runOnPty([process.execPath, OCTO, 'check', ...words], screen, place)
  const release = (...files: readonly string[]) => {
    for (const file of files) writeFileSync(join(folder, file), '')
  }
  t.after(running.hangUp)
  return { screen, running, release, folder }
}

const running = (lines: readonly string[]) =>
  lines.filter((line) => SPINNER.test(line)).map((line) => line.replace(SPINNER, '').replace(/ +\d+ s$/, ''))
const isRunning =
  (...labels: readonly string[]) =>
  (lines: readonly string[]) =>
    running(lines).sort().join() === labels.join()

test('during a check rows are what runs, and what ended stands above once', { skip }, async (t) => {
  const { screen, running: octo, release } = await aCheck(t, { columns: 120, rows: 24 })
  await screen.until(isRunning('a preflight waits', 'b preflight waits'))
  release('one')
  const isBetween = isRunning('a health waits', 'b preflight waits')
  const between = await screen.until((lines) => isBetween(lines) && lines.at(-1) === 'checking  1/3')
  assert.equal(between.filter((line) => /^ok +a +preflight/.test(line)).length, 1, between.join('\n'))
  octo.resize(60, 24)
  octo.resize(120, 30)
  release('three')
  await screen.until(isRunning('a health waits'))
  release('two')
  assert.equal(await octo.ended, 'exit 0')
  const lines = await screen.lines()
  assert.deepEqual(running(lines), [])
  for (const row of [/^ok +a +preflight/, /^ok +a +health/, /^ok +b +preflight/, /^3 passed in/, /^status/])
    assert.equal(lines.filter((line) => row.test(line)).length, 1, lines.join('\n'))
  assert.equal((await screen.cursor()).visible, true)
})

test('Ctrl-C leaves the outcomes, no row, and the cursor below', { skip }, async (t) => {
  const { screen, running: octo } = await aCheck(t, { columns: 80, rows: 24 })
  await screen.until(isRunning('a preflight waits', 'b preflight waits'))
  octo.type('\u0003')
  assert.equal(await octo.ended, 'exit 130')
  const lines = await screen.lines()
  assert.deepEqual(running(lines), [])
  assert.equal(lines.filter((line) => /^unknown +b +preflight/.test(line)).length, 1, lines.join('\n'))
  const { column, visible } = await screen.cursor()
  assert.deepEqual([column, visible], [0, true])
})

const places: readonly (Size & {
  readonly says: string
  readonly words?: readonly string[]
  readonly rowsExpected?: number
})[] = [
  { says: '80 columns', columns: 80, rows: 24 },
  { says: '60 columns', columns: 60, rows: 24 },
  { says: '40 columns', columns: 40, rows: 24 },
  { says: 'a small screen', columns: 20, rows: 4 },
  { says: 'a terminal without a size', columns: 0, rows: 0 },
  { says: 'TERM=dumb', columns: 80, rows: 24, env: { TERM: 'dumb' } },
  { says: 'no TERM', columns: 80, rows: 24, env: { TERM: '' } },
  { says: 'CI', columns: 80, rows: 24, env: { CI: 'true' } },
  { says: 'NO_COLOR', columns: 80, rows: 24, env: { NO_COLOR: '1' } },
  { says: '--quiet', columns: 80, rows: 24, words: ['--quiet'] },
]
/** Tables of the first stand in the rows of other variables as well, those of the other one on the small screen. */
const LIKE_OTHERS = ['80 columns', '40 columns']
for (const { says, words, ...size } of places.filter(({ says }) => triesEveryCase || !LIKE_OTHERS.includes(says)))
  test(`a check on ${says} shows each check once and its address whole`, { skip }, async (t) => {
    const { screen, running: octo, release } = await aCheck(t, size, words)
    release('one', 'two', 'three')
    assert.equal(await octo.ended, 'exit 0')
    const text = (await screen.lines()).join('\n')
    const isQuiet = words?.includes('--quiet') === true
    const shown = text.split('https://plugins.example.com/a/long/address/of/a/result/that/is/shown/whole').length - 1
    assert.equal(shown, isQuiet ? 0 : 3, text)
    if (isQuiet) assert.equal(text, '')
    const raw = screen.raw()
    const { env = {} } = size
    if (env.TERM !== undefined || env.CI) assert.doesNotMatch(raw.replace(/\u001b\[\d*m/g, ''), /\u001b/)
    if (env.TERM !== undefined || env.NO_COLOR) assert.doesNotMatch(raw, /\u001b\[\d+m/)
  })
