// Checks that octo brings itself, in their thread: what they come to beside the same plugins as processes, which may run there,
// and what one that misbehaves leaves of the others.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { VerifiedExecutable } from '../../../client/index.ts'
import type { CheckArguments } from '../../../config/model/config.ts'
import type { PluginRun, PluginRunResult } from '../../../operator/exec/run-plugin.ts'
import { runPlugin } from '../../../operator/exec/run-plugin.ts'
import { openOwnChecks } from '../../../operator/own-checks/own-checks.ts'
import { bundleOptions } from '../../../plugins/bundle-options.js'
import { parseManifest } from '../../../schemas/manifest.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { anExecutable } from '../../support/builders/executables.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { scriptedServer } from '../../support/peers/scripted-server.ts'

const list = (...value: string[]): CheckArguments => ({ kind: 'list', value })
const map = (value: Record<string, unknown>): CheckArguments => ({ kind: 'map', value })
const digestOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

/** A core check as its build makes it. */
async function aCoreCheck(t: TestContext, name: string): Promise<VerifiedExecutable> {
  const folder = fileURLToPath(new URL(`../../../plugins/${name}`, import.meta.url))
  const outfile = join(tempFolder(t), `${name}.cjs`)
  await build({ ...bundleOptions('main.ts'), absWorkingDir: folder, outfile, write: true })
  const manifest = parseManifest(readFileSync(join(folder, 'plugin.yaml'), 'utf8'), 'plugin.yaml')
  return asNode(anExecutable(`${name}.cjs`, { path: outfile, output: 'check/v1', arguments: manifest.arguments }))
}

/** A check in a few lines, whose `answer` is given. */
function aSmallCheck(t: TestContext, answer: string): VerifiedExecutable {
  const path = join(tempFolder(t), 'small.cjs')
  const text = `#!/usr/bin/env node
const result = (status, summary = status) => ({ v: 1, status, summary })
globalThis[Symbol.for('octo.host/v1')]?.({
  name: 'small',
  answer: async (words, asked) => { ${answer} },
  failed: (summary) => result('unknown', summary),
  exitCode: ({ status, code }) => code ?? { ok: 0, warn: 1, critical: 2, unknown: 3 }[status],
  render: ({ code, ...line }) => JSON.stringify(line),
})
`
  writeFileSync(path, text)
  return asNode(anExecutable('small.cjs', { path, output: 'check/v1' }))
}

const asNode = (executable: VerifiedExecutable): VerifiedExecutable => ({ ...executable, runtime: { name: 'node' } })

type Inside = ReturnType<typeof openOwnChecks>

function insideOf(t: TestContext, ...executables: readonly VerifiedExecutable[]): Inside {
  const inside = openOwnChecks({ env: process.env, digests: new Set(executables.map(({ path }) => digestOf(path))) })
  t.after(() => inside[Symbol.dispose]())
  return inside
}

const deps = { env: process.env, locate: (executable: VerifiedExecutable) => executable }
const runIn = (inside: Inside | undefined, executable: VerifiedExecutable, more: Partial<PluginRun> = {}) =>
  runPlugin({ executable, arguments: list(), phase: 'health', ...more }, { ...deps, ...(inside ? { inside } : {}) })

/** Without what differs from run to run. */
function comparable({ durationMs: _, metrics, summary, ...rest }: PluginRunResult) {
  return {
    ...rest,
    summary: summary.replace(/[\d.]+ m?s\b/g, 'N ms'),
    metrics: metrics?.map(({ value: __, ...metric }) => metric),
  }
}

test('a core check comes to the same in octo and as a process, whatever it is asked', async (t) => {
  const executable = await aCoreCheck(t, 'check-tcp')
  const inside = insideOf(t, executable)
  const port = await scriptedServer(t, (socket) => void socket.end())
  const cases: readonly CheckArguments[] = [
    map({ port }),
    list(`localhost:${port}`),
    map({ host: '127.0.0.1', port, 'warn-after': '0ms' }),
    map({ address: '127.0.0.1:1', timeout: '2s' }),
    map({ address: '/nowhere.sock' }),
    list('--nonsense'),
    map({ address: `127.0.0.1:${port}`, port }),
  ]
  for (const given of cases) {
    const [here, there] = await Promise.all([
      runIn(inside, executable, { arguments: given }),
      runIn(undefined, executable, { arguments: given }),
    ])
    assert.ok(inside.take(executable, given), 'it ran in octo')
    assert.deepEqual(comparable(here), comparable(there))
  }
  for (const bad of [map({ prt: 1 }), map({ port: 'x' })])
    await expectCodeAsync('ARGUMENTS_INVALID', () => runIn(inside, executable, { arguments: bad }))
})

test('every core check can be loaded into the thread', async (t) => {
  const names = ['check-tcp', 'check-tcp-port', 'check-server-url', 'check-grpc', 'check-orbdrpc']
  const executables = await Promise.all(names.map((name) => aCoreCheck(t, name)))
  const inside = insideOf(t, ...executables)
  for (const executable of executables) {
    const { status, summary } = await runIn(inside, executable, { arguments: list('--nonsense') })
    assert.deepEqual([status, /--help/.test(summary)], ['unknown', true], summary)
  }
})

test('only a proven program that octo brings byte for byte runs in octo', (t) => {
  const own = aSmallCheck(t, `return result('ok')`)
  const other = aSmallCheck(t, `return result('ok', 'other')`)
  const inside = insideOf(t, own)
  const given = list()
  assert.equal(inside.knows(own), false)
  assert.ok(inside.take(own, given))
  assert.equal(inside.knows(own), true)
  const refused: readonly VerifiedExecutable[] = [
    other,
    { ...own, manifest: { ...own.manifest, output: 'exit-code' } },
    { ...own, manifest: { ...own.manifest, output: 'nagios' } },
    { ...own, runtime: { name: 'python3' } },
    { ...own, runtime: { name: 'node', version: '>=99' } },
    { ...own, manifest: { ...own.manifest, protocol: 'ocm' } },
  ] as VerifiedExecutable[]
  for (const executable of refused) assert.equal(inside.take(executable, given), undefined)
  assert.equal(openOwnChecks({ env: {} }).take(own, given), undefined, 'sources know of no digests')
  writeFileSync(own.path, `${readFileSync(own.path, 'utf8')}\n`)
  assert.equal(insideOf(t, other).take({ ...own }, given), undefined)
})

const ENDINGS: readonly (readonly [what: string, answer: string, status: string, summary: RegExp])[] = [
  ['throws', `throw new Error('broken')`, 'unknown', /small failed: broken/],
  ['says ok and exits with 2', `return { ...result('ok'), code: 2 }`, 'critical', /ok/],
  ['says ok and exits with 1', `return { ...result('ok'), code: 1 }`, 'unknown', /exited with 1/],
  ['gives no status', `return { v: 1, summary: 'x', code: 0 }`, 'unknown', /of no use/],
  ['gives a line that is too long', `return result('ok', 'x'.repeat(1e6))`, 'unknown', /of no use/],
  ['throws behind its own back', `setTimeout(() => { throw new Error('later') }); return result('ok')`, 'ok', /ok/],
  ['writes to the console', `console.log('{"v":1,"status":"critical"}'); return result('ok')`, 'ok', /ok/],
  ['asks for a package', `require('yaml'); return result('ok')`, 'unknown', /Cannot find module 'yaml'/],
  ['reads a variable of octo', `return result('ok', String(process.env.OCTO_TEST_SECRET))`, 'ok', /^undefined$/],
]

test('a check that misbehaves has the result that its process would have', async (t) => {
  process.env.OCTO_TEST_SECRET = 'secret'
  t.after(() => delete process.env.OCTO_TEST_SECRET)
  const checks = ENDINGS.map(([, answer]) => aSmallCheck(t, answer))
  const inside = insideOf(t, ...checks)
  for (const [index, [what, , status, summary]] of ENDINGS.entries()) {
    const result = await runIn(inside, checks[index] as VerifiedExecutable, { timeoutMs: 60_000 })
    assert.deepEqual([result.status, summary.test(result.summary)], [status, true], `${what}: ${result.summary}`)
  }
})

test('a check that has no result in its time is ended, and that is its result', async (t) => {
  const check = aSmallCheck(t, 'return new Promise(() => {})')
  const { status, summary } = await runIn(insideOf(t, check), check, { timeoutMs: 300 })
  assert.deepEqual([status, summary], ['unknown', 'no result within 300 ms, killed'])
})

test('what an operator hands over on standard input reaches the check', async (t) => {
  const executable = aSmallCheck(t, `return result('ok', JSON.stringify(asked.document?.()))`)
  const schema = { type: 'object', properties: { password: { type: 'string', writeOnly: true } } }
  const secret = { ...executable, manifest: { ...executable.manifest, arguments: schema } } as VerifiedExecutable
  const { summary } = await runIn(insideOf(t, executable), secret, {
    arguments: map({ password: 'x' }),
    service: 'web',
  })
  assert.deepEqual(JSON.parse(summary), { v: 1, service: 'web', phase: 'health', arguments: { password: 'x' } })
})

test('one that blocks its thread loses its run, and the next ones have another thread', async (t) => {
  const blocks = aSmallCheck(t, `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`)
  const passes = aSmallCheck(t, `return result('ok')`)
  const inside = insideOf(t, blocks, passes)
  assert.equal((await runIn(inside, passes)).status, 'ok')
  await expectCodeAsync('CHECK_THREAD_LOST', () => runIn(inside, blocks, { timeoutMs: 60_000 }))
  assert.equal((await runIn(inside, passes)).status, 'ok')
})

test('one that loses its thread twice is started from then on, and the others stay', async (t) => {
  const ends = aSmallCheck(t, 'process.exit(7)')
  const passes = aSmallCheck(t, `return result('ok')`)
  const inside = insideOf(t, ends, passes)
  const [given, other] = [list(), list('other')]
  for (const _ of [1, 2]) {
    assert.ok(inside.take(ends, given))
    await expectCodeAsync('CHECK_THREAD_LOST', () => runIn(inside, ends, { arguments: given }))
    assert.equal((await runIn(inside, passes, { arguments: other })).status, 'ok')
  }
  assert.equal(inside.take(ends, given), undefined)
  assert.ok(inside.take(passes, other))
})

test('an interruption ends a run at once', async (t) => {
  const executable = aSmallCheck(t, 'return new Promise(() => {})')
  const abort = new AbortController()
  const run = runIn(insideOf(t, executable), executable, { signal: abort.signal })
  abort.abort()
  assert.equal((await run).summary, 'interrupted')
})
