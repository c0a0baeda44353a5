// The config as whoever typed the command reads it: answers, variables and flags reach the supervisor, also one that runs already,
// and none of them is written down.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { keptAnswers } from '../../../../operator/answers.ts'
import { supervisorOf } from '../../../../operator/services/project/control-file.ts'
import { placesOf } from '../../../../operator/services/project/places.ts'
import { configCall, readConfigCall } from '../../../../operator/services/specs/config-call.ts'
import { expectCodeAsync } from '../../../support/assertions/expect-code.ts'
import { lacksPty, runOnPty } from '../../../support/machine/pty.ts'
import { openScreen } from '../../../support/machine/screen.ts'
import { filesBelow, tempFolder } from '../../../support/machine/temp-folder.ts'
import { until } from '../../../support/machine/until.ts'
import { octoIn } from '../../../support/octo/in-process-octo.ts'
import { BUNDLE, runOcto } from '../../../support/octo/run-octo.ts'
import { endMarked } from '../../../support/operator/service-scene.ts'

const OCTO = fileURLToPath(new URL('../../../../bin/octo.js', import.meta.url))
const NOT_LINUX = process.platform === 'linux' ? false : 'services are run on Linux'

const PROMPTS = 'octoctl: {prompts: [{name: Word of the day, type: password, var: WORD}]}\n'
/** Notes what it was given. */
const service = (name: string) =>
  `${name}: {command: [/bin/sh, -c, 'printf "%s" "$A" >"$0/got.${name}"; exec sleep 600', "."], environment: {A: "x{{.env.WORD}}"}}`

function aProject(t: TestContext) {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'octo.yaml'), `${PROMPTS}services: {${service('web')}}\n`)
  const places = placesOf(join(folder, 'octo.yaml'), { HOME: folder })
  t.after(async () => {
    const supervisor = supervisorOf(places)
    if (supervisor) process.kill(supervisor.pid, 'SIGKILL')
    await endMarked(places.key)
  })
  const octo = (words: readonly string[], env: Record<string, string> = {}) =>
    runOcto(words, { cwd: folder, env: { TMPDIR: folder, ...env } })
  /** For words that are given no value. */
  const typed = (...words: string[]) => octoIn({ cwd: folder, env: { TMPDIR: folder } }, words)
  const got = (name: string) => {
    const path = `got.${name}`
    return existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : ''
  }
  return { folder, places, octo, typed, got }
}

test('an answer on the terminal reaches the supervisor and its services, and stands nowhere', {
  skip: NOT_LINUX || lacksPty(),
}, async (t) => {
  const { folder, places, octo, typed, got } = aProject(t)
  const screen = openScreen({ columns: 80, rows: 24 })
  const place = { cwd: folder, env: { ...BUNDLE, TERM: 'xterm-256color', TMPDIR: folder }, columns: 80, rows: 24 }
  const start = runOnPty([process.execPath, OCTO, 'start'], screen, place)
  await screen.until((lines) => lines.some((line) => line.includes('Word of the day')))
  start.type('hush-hush\r')
  assert.equal(await start.ended, 'exit 0')
  await until(() => got('web') === 'xhush-hush')
  const supervisor = supervisorOf(places)
  assert.ok(supervisor)
  for (const name of ['cmdline', 'environ'])
    assert.ok(!readFileSync(`/proc/${supervisor.pid}/${name}`, 'utf8').includes('hush-hush'), name)
  for (const path of filesBelow(folder).filter((path) => path !== 'got.web' && !path.endsWith('.sock')))
    assert.ok(!readFileSync(join(folder, path)).includes('hush-hush'), path)
  for (const word of ['status', 'stop']) {
    const { code, stderr } = await typed(word)
    assert.deepEqual([code, stderr.includes('warning')], [0, false], `${word}: ${stderr}`)
  }
  const { code, stderr } = await octo(['start'])
  assert.deepEqual([code, stderr.includes('ANSWER_MISSING')], [78, true], stderr)
})

test('whoever supervises already reads the config as the next command does, and tells what a service runs with', {
  skip: NOT_LINUX,
}, async (t) => {
  const { folder, places, octo, typed, got } = aProject(t)
  writeFileSync(join(folder, 'more.yaml'), `services: {${service('more')}}\n`)
  assert.equal((await octo(['start'], { WORD: 'one' })).code, 0)
  await until(() => got('web') === 'xone')
  const supervisor = supervisorOf(places)
  const restarted = await octo(['restart', 'web'], { WORD: 'two' })
  assert.equal(restarted.code, 0, restarted.stderr)
  await until(() => got('web') === 'xtwo')
  const more = await octo(['start', '-c', 'octo.yaml', '-c', 'more.yaml'], { WORD: 'three' })
  assert.deepEqual([more.code, /more +running/.test(more.stdout)], [0, true], more.stdout)
  await until(() => got('more') === 'xthree')
  assert.deepEqual(supervisorOf(places), supervisor, 'one whose only service is restarted lives on')
  const inside = await octo([
    'exec',
    'web',
    '--',
    '/bin/sh',
    '-c',
    'echo "$A $OCTO_SERVICE $OCTO_INSTANCE $PWD"; exit 7',
  ])
  assert.deepEqual([inside.code, inside.stdout], [7, `xtwo web  ${folder}\n`], inside.stderr)
  const missing = await octo(['exec', 'web', 'none-of-it'])
  assert.deepEqual([missing.code, /`none-of-it` is not in the PATH of the service/.test(missing.stderr)], [127, true])
  const mistyped = await typed('exec', 'wbe', 'ls')
  assert.deepEqual([mistyped.code, /hint: did you mean `web`\?/.test(mistyped.stderr)], [64, true], mistyped.stderr)
  assert.equal((await typed('stop')).code, 0)
  // The command has its answer a moment before the supervisor has gone, whom the next one would still ask.
  await until(() => supervisorOf(places) === undefined)
  const gone = await typed('exec', 'web', 'ls')
  assert.deepEqual([gone.code, /hint: run `octo start` first/.test(gone.stderr)], [64, true], gone.stderr)
})

test('a person is asked for each value once, however often the config is read', async () => {
  const asked: string[] = []
  const { ask, given } = keptAnswers(async ({ variable }) => `${variable}-${asked.push(variable)}`)
  const prompt = { name: 'x', variable: 'A', type: 'text', options: [] } as const
  assert.deepEqual([await ask?.(prompt), await ask?.(prompt)], ['A-1', 'A-1'])
  assert.deepEqual([given, keptAnswers(undefined).ask], [{ A: 'A-1' }, undefined])
})

test('a call holds everything by which a config is read, and comes whole through a pipe', async () => {
  const options = { config: ['a.yaml', 'b.yaml'], lock: 'x.lock', frozen: true, offline: true, insecure: true }
  const call = configCall({ cwd: '/srv', env: { A: '1', B: 'ü\n' }, options: { ...options, strict: true } }, { C: '"' })
  assert.deepEqual(call, { cwd: '/srv', env: { A: '1', B: 'ü\n', C: '"' }, options: { ...options, strict: true } })
  const bytes = Buffer.from(JSON.stringify(call))
  const pieces = Readable.from([...bytes].map((byte) => Buffer.from([byte])))
  assert.deepEqual(await readConfigCall(pieces), call)
})

const USELESS = ['', '{', 'null', '[]', '{}', '{"cwd":"/","env":[],"options":{}}', '{"cwd":1,"env":{},"options":{}}']

test(`what is no call is refused, and not read as half of one (${USELESS.length})`, async () => {
  for (const text of USELESS) await expectCodeAsync('USAGE', () => readConfigCall(Readable.from([Buffer.from(text)])))
})
