// A check as a program, in real child processes: the last line, the exit code, and what happens when it goes wrong.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import test from 'node:test'
import { parseCheckResult } from '../../schemas/check-result.ts'
import { renderHelp } from '../../sdk/help.ts'
import { FROM_SOURCES } from '../support/machine/from-sources.ts'
import { bundledSdk } from '../support/sdk/bundled-sdk.ts'

const SDK = JSON.stringify(await bundledSdk('sdk/index.ts'))

type Ended = {
  readonly code: number | null
  readonly result: Record<string, unknown>
  readonly out: string
  readonly err: string
}

function start(body: string, argv: readonly string[] = [], env: Record<string, string> = {}) {
  const program = `import { critical, defineCheck, ok, unknown, warn } from ${SDK}
    void defineCheck({ name: 'check-x', version: '1.2.3', summary: 'x holds',
      options: { n: { type: 'integer', default: 1, description: 'a number' } },
      run: async ({ options, signal }) => { ${body} } }).main()`
  return spawn(process.execPath, [...FROM_SOURCES, '--input-type=module', '-e', program, '--', 'check-x', ...argv], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function ended(child: ReturnType<typeof start>): Promise<Ended> {
  const read = async (stream: NodeJS.ReadableStream) => (await Array.fromAsync(stream.setEncoding('utf8'))).join('')
  const [out, err, [code]] = await Promise.all([read(child.stdout), read(child.stderr), once(child, 'close')])
  const last = out.trim().split('\n').at(-1) ?? ''
  return { code, out, err, result: last.startsWith('{"v"') ? parseCheckResult(last, 'the result') : {} }
}

const run = (...given: Parameters<typeof start>) => ended(start(...given))

test('prints one line of JSON and ends with the exit code of the status', async () => {
  for (const [status, code] of Object.entries({ ok: 0, warn: 1, critical: 2, unknown: 3 })) {
    const { result, ...rest } = await run(`return ${status}('n is ' + options.n)`, ['--n=7'])
    assert.deepEqual(result, { v: 1, status, summary: 'n is 7' })
    assert.equal(rest.code, code)
  }
})

test('keeps the result as the last line when the check prints too', async () => {
  const { result, out } = await run(`console.log('looking'); return ok('fine', { details: { text: 'a\\nb' } })`)
  assert.deepEqual(result, { v: 1, status: 'ok', summary: 'fine', details: { text: 'a\nb' } })
  assert.equal(out.split('\n').length, 3)
})

test('reports unknown when it crashes, with the stack on stderr', async () => {
  const later = `setTimeout(() => { throw new Error('boom') }, 1); await new Promise(() => {})`
  for (const body of [
    `throw new Error('boom')`,
    later,
    `void Promise.reject(new Error('boom')); await new Promise(() => {})`,
  ]) {
    const { code, result, err } = await run(body)
    assert.deepEqual([code, result.status, result.summary], [3, 'unknown', 'check-x failed: boom'])
    assert.match(JSON.parse(err.split('\n')[0] ?? '').msg, /Error: boom\n +at /)
  }
})

test('reports unknown when nothing is left to wait for', async () => {
  const { code, result } = await run('await new Promise(() => {})')
  assert.deepEqual([code, result.summary], [3, 'check-x ended without a result'])
})

test('reports unknown before the deadline that the operator sets', async () => {
  const deadline = { OCTO_DEADLINE_MS: String(Date.now() + 600) }
  const { code, result } = await run('setInterval(() => {}, 1000); await new Promise(() => {})', [], deadline)
  assert.deepEqual([code, result.summary], [3, 'no result before the deadline'])
})

test('reports unknown when it is told to stop', async () => {
  const child = start(`console.log('up'); setInterval(() => {}, 1000); await new Promise(() => {})`)
  child.stdout.once('data', () => child.kill('SIGTERM'))
  const { code, result } = await ended(child)
  assert.deepEqual([code, result.summary], [3, 'check-x was told to stop before it had a result'])
})

test('ends at once after the result, whatever else is still open', async () => {
  const { code } = await run(`setInterval(() => {}, 1000); return ok('done')`)
  assert.equal(code, 0)
})

test('leaves the end to Node, whose own way out waits for no thread, where nothing is left open', async () => {
  for (const body of [
    `return critical('bad')`,
    `console.log('looking'); return critical('bad')`,
    `throw new Error('boom')`,
  ]) {
    const { err } = await run(`process.on('beforeExit', () => console.error('by itself')); ${body}`)
    assert.match(err, /^by itself$/m, body)
  }
})

test('prints its version, its options and their schema', async () => {
  assert.equal((await run('', ['--version'])).out, '1.2.3\n')
  assert.match((await run('', ['--help'])).out, /--n=<number> {2}a number \(default 1\)/)
  assert.equal(JSON.parse((await run('', ['--schema'])).out).properties.n.default, 1)
})

test('its help says which of several options one is needed of, as its schema does', () => {
  const port = { type: 'integer', description: 'a port' } as const
  const path = { type: 'string', description: 'a file' } as const
  const described = { name: 'check-x', version: '1.2.3', options: { port, path } }
  assert.doesNotMatch(renderHelp(described, 'x holds'), /needed/)
  const help = renderHelp({ ...described, atLeastOne: ['port', 'path'] }, 'x holds')
  assert.match(help, /a file\n\nOne of these is needed: --port, --path$/)
})

test('cuts a summary that the operator would refuse', async () => {
  const { result } = await run(`return ok('x'.repeat(5000))`)
  assert.equal((result.summary as string).length, 2000)
})
