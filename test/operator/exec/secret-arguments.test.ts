// Secret arguments reach a plugin on standard input, whatever it declares, and never its command line, its environment or an error.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckArguments } from '../../../config/model/config.ts'
import type { RunDeps } from '../../../operator/exec/plugin-process.ts'
import { runPlugin } from '../../../operator/exec/run-plugin.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { anExecutable } from '../../support/builders/executables.ts'

const DEPS: RunDeps = { env: {}, locate: (executable) => executable }
const WORD = 'hunter2-hunter2'
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    host: { type: 'string' },
    login: { type: 'object' },
    p: { type: 'string', writeOnly: true },
    password: { type: 'string', writeOnly: true },
    pin: { type: 'integer', writeOnly: true },
    token: { type: 'array', items: { type: 'string', writeOnly: true } },
    vault: { type: 'object', properties: { key: { type: 'string', writeOnly: true } } },
  },
}

type Told = { argv: string[]; env: Record<string, string>; stdin: string }

async function told(given: CheckArguments, manifest: Partial<ReleasedManifest> = {}): Promise<Told> {
  const executable = anExecutable('dumps.mjs', { output: 'check/v1', arguments: SCHEMA, ...manifest })
  const { details } = await runPlugin({ executable, arguments: given, service: 'web', phase: 'health' }, DEPS)
  return details as Told
}

const map = (value: Record<string, unknown>): CheckArguments => ({ kind: 'map', value })

const SECRETS: readonly Record<string, unknown>[] = [
  { password: WORD },
  { p: WORD },
  { password: `--${WORD}` },
  { password: `${WORD}\0` },
  { pin: 482_911_337 },
  { token: [WORD, 'second'] },
  { vault: { key: WORD, open: 'x' } },
  { password: WORD, p: WORD, vault: { key: WORD } },
]
/** In one question: where each has been asked for by itself, a style needs them together. */
const ALL_AT_ONCE: readonly Record<string, unknown>[] = [
  Object.assign({}, ...SECRETS, { password: `--${WORD}\0` }),
  { p: WORD },
]
const STYLES: readonly Partial<ReleasedManifest>[] = [
  {},
  { argumentStyle: 'long' },
  { argumentStyle: 'single-dash' },
  { argumentStyle: 'separate' },
  { booleans: 'explicit' },
]

for (const manifest of STYLES)
  test(`no secret becomes a word or a variable with ${JSON.stringify(manifest)}`, async () => {
    const open = (await told(map({ host: 'db' }), manifest)).argv
    for (const secret of manifest === STYLES[0] ? SECRETS : ALL_AT_ONCE) {
      const { argv, env, stdin } = await told(map({ host: 'db', ...secret }), manifest)
      assert.deepEqual(argv, open)
      const elsewhere = JSON.stringify([argv, env])
      for (const value of [WORD, '482911337']) assert.equal(elsewhere.includes(value), false)
      assert.deepEqual(JSON.parse(stdin), { v: 1, service: 'web', phase: 'health', arguments: secret })
      assert.equal(env.OCTO_INPUT, 'json')
    }
  })

test('a secret may be longer than a word of a command line', async () => {
  const executable = anExecutable('long.mjs', { output: 'check/v1', arguments: SCHEMA })
  const run = { executable, arguments: map({ password: WORD.repeat(20_000) }), phase: 'health' } as const
  assert.equal((await runPlugin(run, DEPS)).status, 'warn')
})

test('standard input stays empty where no secret is given', async () => {
  const { stdin, env } = await told(map({ host: 'db', login: { user: 'x' } }))
  assert.deepEqual([stdin, env.OCTO_INPUT], ['', undefined])
})

test('a plugin with `input: json` gets all arguments there', async () => {
  const { argv, stdin } = await told(map({ host: 'db', password: WORD }), { input: 'json' })
  assert.deepEqual([argv, JSON.parse(stdin).arguments], [[], { host: 'db', password: WORD }])
})

for (const input of ['none', 'json'] as const)
  test(`a list is refused with \`input: ${input}\` where some arguments are secret, and its words are not repeated`, async () => {
    const error = await expectCodeAsync('ARGUMENTS_INVALID', () =>
      told({ kind: 'list', value: ['--pass', WORD] }, { input }),
    )
    assert.match(error.message, /^arguments of plugin `dumps` are a list, expected a map/)
    assert.doesNotMatch(JSON.stringify(error), /hunter2/)
    assert.deepEqual((await told({ kind: 'list', value: [] }, { input })).argv, [])
  })

test('a wrong secret is not repeated', async () => {
  const error = await expectCodeAsync('ARGUMENTS_INVALID', () => told(map({ password: 7, pin: WORD, token: WORD })))
  assert.match(error.message, /`password` must be string.*`pin` must be integer.*`token` must be array/)
  assert.doesNotMatch(JSON.stringify(error), /hunter2/)
})
