// Check plugins that stay: what they come to beside the same plugins started for each run, what one that misbehaves leaves of the other
// checks, and what is left of it.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { VerifiedExecutable } from '../../../client/index.ts'
import type { CheckArguments } from '../../../config/model/config.ts'
import type { PluginRun, PluginRunResult } from '../../../operator/exec/run-plugin.ts'
import { runPlugin } from '../../../operator/exec/run-plugin.ts'
import { readAnswer } from '../../../operator/residents/read-answer.ts'
import type { Residents } from '../../../operator/residents/residents.ts'
import { openResidents } from '../../../operator/residents/residents.ts'
import { bundleOptions } from '../../../plugins/bundle-options.js'
import { parseManifest } from '../../../schemas/manifest.ts'
import { anExecutable } from '../../support/builders/executables.ts'
import { isGone } from '../../support/machine/processes.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { blocksOfKind } from '../../support/octo/document-blocks.ts'
import { scriptedServer } from '../../support/peers/scripted-server.ts'

const list = (...value: string[]): CheckArguments => ({ kind: 'list', value })
const map = (value: Record<string, unknown>): CheckArguments => ({ kind: 'map', value })
const STAYS = { output: 'check/v1', resident: 'lines/v1' } as const

/** A core check as its build makes it, as one that stays. */
async function aCoreCheck(t: TestContext, name: string): Promise<VerifiedExecutable> {
  const folder = fileURLToPath(new URL(`../../../plugins/${name}`, import.meta.url))
  const outfile = join(tempFolder(t), `${name}.cjs`)
  await build({ ...bundleOptions('main.ts'), absWorkingDir: folder, outfile, write: true })
  const manifest = parseManifest(readFileSync(join(folder, 'plugin.yaml'), 'utf8'), 'plugin.yaml')
  return asNode(anExecutable(`${name}.cjs`, { path: outfile, ...STAYS, arguments: manifest.arguments }))
}

/** One in a few lines, which calls `give` for each question `q`. Of one that is not to stay the shell says that it was started. */
function aPlugin(t: TestContext, answer: string): VerifiedExecutable {
  const path = join(tempFolder(t), 'small')
  const started = JSON.stringify({ v: 1, status: 'ok', summary: 'started' })
  const lines = [`[ -n "$OCTO_RESIDENT" ] || { echo '${started}'; exit; }`, `exec '${process.execPath}' "$0.cjs"`]
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 })
  const program = `const result = (summary, status = 'ok') => JSON.stringify({ v: 1, status, summary }) + '\\n'
const print = (value) => process.stdout.write(JSON.stringify(value) + '\\n')
const give = ({ id }, summary) => print({ id, exitCode: 0, stdout: result(summary) })
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const q = JSON.parse(line)
  ${answer}
}).on('close', () => process.exit())
`
  writeFileSync(`${path}.cjs`, program)
  return anExecutable('small', { path, ...STAYS })
}

const asNode = (executable: VerifiedExecutable): VerifiedExecutable => ({ ...executable, runtime: { name: 'node' } })

function residentsOf(t: TestContext, env: Readonly<Record<string, string | undefined>> = process.env): Residents {
  const residents = openResidents({ env })
  t.after(() => residents[Symbol.dispose]())
  return residents
}

const deps = { env: process.env, locate: (executable: VerifiedExecutable) => executable }
const runIn = (residents: Residents | undefined, executable: VerifiedExecutable, more: Partial<PluginRun> = {}) =>
  runPlugin(
    { executable, arguments: list(), phase: 'health', timeoutMs: 60_000, ...more },
    { ...deps, ...(residents ? { inside: { ...residents, knows: () => true } } : {}) },
  )

/** Without what differs from run to run. */
function comparable({ durationMs: _, metrics, summary, ...rest }: PluginRunResult) {
  return {
    ...rest,
    summary: summary.replace(/[\d.]+ m?s/g, 'N ms'),
    metrics: metrics?.map(({ value: __, ...metric }) => metric),
  }
}

test('a check comes to the same of a plugin that stays and of one that is started, whatever it is asked', async (t) => {
  const executable = await aCoreCheck(t, 'check-tcp')
  const residents = residentsOf(t)
  const port = await scriptedServer(t, (socket) => void socket.end())
  const cases: readonly CheckArguments[] = [
    map({ port }),
    list(`localhost:${port}`),
    map({ address: '127.0.0.1:1', timeout: '2s' }),
    map({ address: '/nowhere.sock' }),
    list('--nonsense'),
    map({ address: `127.0.0.1:${port}`, port }),
  ]
  for (const given of cases) {
    const [stayed, started] = await Promise.all([
      runIn(residents, executable, { arguments: given }),
      runIn(undefined, executable, { arguments: given }),
    ])
    assert.ok(residents.take(executable, given), 'it was asked')
    assert.deepEqual(comparable(stayed), comparable(started))
  }
})

test('one process answers all, in any order, and is gone with its folder when nobody watches any more', async (t) => {
  const plugin = aPlugin(
    t,
    `;(globalThis.kept ??= []).push(q)
  if (kept.length === 3) for (const one of kept.splice(0).reverse())
    give(one, JSON.stringify({ pid: process.pid, folder: process.env.TMPDIR, word: one.words[0] }))`,
  )
  const residents = residentsOf(t)
  const answers = await Promise.all(
    ['a', 'b', 'c'].map(async (word) =>
      JSON.parse((await runIn(residents, plugin, { arguments: list(word) })).summary),
    ),
  )
  assert.deepEqual(
    answers.map(({ word }) => word),
    ['a', 'b', 'c'],
  )
  const [{ pid, folder }] = answers
  assert.deepEqual(new Set(answers.map((answer) => answer.pid)), new Set([pid]))
  assert.ok(existsSync(folder))
  residents[Symbol.dispose]()
  assert.ok(await isGone(pid))
  assert.ok(!existsSync(folder))
})

test('a question holds what a process would be told, and the environment what every plugin gets', async (t) => {
  const executable = aPlugin(
    t,
    `give(q, JSON.stringify({ ...q, deadlineMs: typeof q.deadlineMs, env: [process.env.OCTO_CONTRACT, process.env.SECRET] }))`,
  )
  const schema = { type: 'object', properties: { password: { type: 'string', writeOnly: true } } }
  const secret = { ...executable, manifest: { ...executable.manifest, arguments: schema } } as VerifiedExecutable
  const given = { arguments: map({ password: 'x' }), service: 'web' }
  const { summary } = await runIn(residentsOf(t, { SECRET: 's' }), secret, given)
  const document = { v: 1, service: 'web', phase: 'health', arguments: { password: 'x' } }
  const { id, ...question } = JSON.parse(summary)
  assert.ok(Number.isSafeInteger(id))
  assert.deepEqual(question, {
    ...{ v: 1, words: [], document, service: 'web', phase: 'health', deadlineMs: 'number' },
    env: ['check/v1', null],
  })
})

test('questions and answers are those of the document', async (t) => {
  const [question, answer] = ['resident-question', 'resident-answer'].map((kind) =>
    blocksOfKind('docs/FORMATS.md', kind)[0]?.trim(),
  ) as [string, string]
  const executable = aPlugin(t, `give(q, JSON.stringify(Object.keys(q)))`)
  const { summary } = await runIn(residentsOf(t), executable, { arguments: map({ port: 8080 }), service: 'web' })
  assert.deepEqual(new Set(JSON.parse(summary)), new Set(Object.keys(JSON.parse(question))))
  assert.deepEqual(readAnswer(Buffer.from(answer)), JSON.parse(answer))
})

const LINES: readonly (readonly [string, string])[] = [
  ['a line of its own', `console.log('checking'); give(q, 'fine')`],
  ['an answer to no question', `print({ id: 77, exitCode: 0, stdout: result('fine') })`],
  ['a second answer to one question', `give(q, 'fine'); give(q, 'worse')`],
  [
    'answers in the order of its own',
    `print({ id: (globalThis.count ??= 0, count++), exitCode: 0, stdout: result('fine') })`,
  ],
  [
    'two answers in one line',
    `const one = JSON.stringify({ id: q.id, exitCode: 0, stdout: result('fine') }); console.log(one + one)`,
  ],
  [
    'an exit code twice',
    `console.log(JSON.stringify({ id: q.id, exitCode: 2, stdout: result('down', 'critical') }).replace(/}$/, ',"exitCode":0,"stdout":' + JSON.stringify(result('fine')) + '}'))`,
  ],
  [
    'the number of a question twice, once with an escape',
    `console.log(JSON.stringify({ id: 5, exitCode: 0, stdout: result('fine') }).replace(/}$/, ',"\\\\u0069d":' + q.id + '}'))`,
  ],
  [
    'bytes that are no text',
    `process.stdout.write(Buffer.from(JSON.stringify({ id: q.id, exitCode: 0, stdout: result('caf\\xe9') }) + '\\n', 'latin1'))`,
  ],
  ['a zero byte', `console.log(JSON.stringify({ id: q.id, exitCode: 0, stdout: result('fine') }) + '\\0')`],
  ['its answer and more beside it', `give(q, 'fine'); console.log('CRITICAL')`],
  ['an answer without an exit code', `print({ id: q.id, stdout: result('fine') })`],
  ['an answer with a key that it has not', `print({ id: q.id, exitCode: 0, stdout: result('fine'), status: 'ok' })`],
  ['a line that is too long', `print({ id: q.id, exitCode: 0, stdout: 'x'.repeat(2e6) })`],
  ['no end', `setInterval(() => process.stdout.write('\\n'.repeat(1e6)))`],
  ['its end', `process.exit(3)`],
]

for (const [what, answer] of LINES)
  test(`a plugin that prints ${what} is not believed, and is started for each run afterwards`, async (t) => {
    const plugin = aPlugin(t, answer)
    const residents = residentsOf(t)
    const given = list()
    // Nobody waits for a second answer: it is who asked beside it that notices.
    const ask = () =>
      Promise.all([1, 2].map(() => runIn(residents, plugin, { arguments: given }).catch((error) => error)))
    for (let rounds = 0; rounds < 3 && residents.take(plugin, given); rounds++) {
      const ends = await ask()
      assert.ok(
        ends.some(({ code }) => code === 'PLUGIN_EXITED'),
        JSON.stringify(ends),
      )
    }
    assert.equal(residents.take(plugin, given), undefined)
    assert.equal((await runIn(residents, plugin, { arguments: given })).summary, 'started')
  })

test('of two answers to one question that come together neither counts', async (t) => {
  const plugin = aPlugin(
    t,
    `const said = (status, exitCode) => JSON.stringify({ id: q.id, exitCode, stdout: result('it', status) }) + '\\n'
  process.stdout.write(said('ok', 0) + said('critical', 2))`,
  )
  const residents = residentsOf(t)
  await assert.rejects(runIn(residents, plugin), { code: 'PLUGIN_EXITED' })
  assert.equal(residents.take(plugin, list()), undefined)
})

test('what another process of a plugin has still to answer is not believed either', async (t) => {
  const folder = tempFolder(t)
  const [asked, go, on] = ['asked', 'go', 'on'].map((name) => join(folder, name)) as [string, string, string]
  const plugin = aPlugin(
    t,
    `const { existsSync, writeFileSync } = require('node:fs')
  const [word, file, other] = q.words
  if (word === 'quick') give(q, 'fine')
  if (word === 'held') writeFileSync(file, '')
  const say = { held: () => give(q, 'fine'), chatters: () => console.log('here') }[word]
  const looking = say && setInterval(() => existsSync(other) && (clearInterval(looking), say()), 20)`,
  )
  const residents = residentsOf(t)
  const ask = (words: string[], timeoutMs = 60_000) =>
    runIn(residents, plugin, { arguments: list(...words), timeoutMs }).then(
      ({ summary }) => summary,
      ({ code }) => code,
    )
  await ask(['quick'])
  const chatters = ask(['chatters', '', go])
  await ask(['hangs'], 300)
  const held = ask(['held', asked, on])
  await until(() => existsSync(asked))
  writeFileSync(go, '')
  assert.equal(await chatters, 'PLUGIN_EXITED')
  writeFileSync(on, '')
  assert.equal(await held, 'PLUGIN_EXITED')
})

test('what a check starts itself is not told to stay', async (t) => {
  const outfile = join(tempFolder(t), 'starts.cjs')
  const sdk = fileURLToPath(new URL('../../../sdk/index.ts', import.meta.url))
  const words = `process.execPath, ['-p', 'process.env.OCTO_RESIDENT']`
  const contents = `import { execFileSync } from 'node:child_process'
import { defineCheck, ok } from ${JSON.stringify(sdk)}
const run = () => ok('its child sees ' + execFileSync(${words}, { encoding: 'utf8' }).trim())
void defineCheck({ name: 'starts', version: '1.0.0', summary: 'a child ran', options: {}, run }).main()
`
  const stdin = { contents, resolveDir: '.', loader: 'ts' } as const
  await build({ bundle: true, platform: 'node', format: 'cjs', outfile, stdin })
  const plugin = asNode(anExecutable('starts.cjs', { path: outfile, ...STAYS }))
  const residents = residentsOf(t)
  assert.match((await runIn(residents, plugin)).summary, /its child sees undefined/)
  assert.ok(residents.take(plugin, list()), 'it was asked')
})

test('one that hangs is ended by its time, checks beside it get their answers, and the next ones another process', async (t) => {
  const plugin = aPlugin(
    t,
    `if (q.words[0] !== 'hangs') setTimeout(give, q.words[0] === 'slow' ? 700 : 0, q, String(process.pid))`,
  )
  const residents = residentsOf(t)
  const ask = (word: string, timeoutMs = 60_000) => runIn(residents, plugin, { arguments: list(word), timeoutMs })
  const first = Number((await ask('quick')).summary)
  const [hung, slow] = await Promise.all([ask('hangs', 300), ask('slow')])
  assert.deepEqual([hung.status, slow.summary], ['unknown', String(first)])
  assert.match(hung.summary, /0\.3 s|300 ms/)
  assert.ok(await isGone(first))
  assert.notEqual((await ask('quick')).summary, String(first))
})

test('files are looked at before each question, and one that is not as it was proven is not asked', async (t) => {
  const plugin = aPlugin(t, `give(q, 'fine')`)
  const residents = residentsOf(t)
  let looks = 0
  const locate = (executable: VerifiedExecutable) => {
    if (++looks > 2) throw new Error('not as it was proven')
    return executable
  }
  const run = { executable: plugin, arguments: list(), phase: 'health' as const }
  const inside = { ...residents, knows: () => true }
  for (const _ of [1, 2]) assert.equal((await runPlugin(run, { ...deps, locate, inside })).summary, 'fine')
  await assert.rejects(runPlugin(run, { ...deps, locate, inside }), /not as it was proven/)
})

test('what is no check of that kind is never asked to stay', async (t) => {
  const plugin = aPlugin(t, `give(q, 'fine')`)
  const { resident: _, ...manifest } = plugin.manifest
  const residents = residentsOf(t)
  for (const other of [manifest, { ...plugin.manifest, output: 'nagios' }])
    assert.equal(residents.take({ ...plugin, manifest: other } as VerifiedExecutable, list()), undefined)
})
