// What a call of a tool gives: typed, as text, bounded, and without secrets.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { MarkedPlugin } from '../../support/operator/marked-tools.ts'
import { markedTools } from '../../support/operator/marked-tools.ts'

const WORD = 'hunter2-hunter2'
const CHECK = { manifest: { output: 'check/v1' } } as const
const ENDINGS: readonly (readonly [
  what: string,
  plugin: MarkedPlugin,
  status: string,
  isError: boolean,
  text: RegExp,
])[] = [
  [
    'a check that passes',
    { ...CHECK, script: `echo '{"v":1,"status":"ok","summary":"fine"}'` },
    'ok',
    false,
    /^ok: fine$/,
  ],
  [
    'a warning',
    { ...CHECK, script: `echo '{"v":1,"status":"warn","summary":"slow"}'; exit 1` },
    'warn',
    false,
    /^warn: slow$/,
  ],
  [
    'a check that is critical',
    { ...CHECK, script: `echo '{"v":1,"status":"critical","summary":"down"}'; exit 2` },
    'critical',
    true,
    /^critical: down$/,
  ],
  ['a check that says nothing', { ...CHECK, script: 'exit 0' }, 'unknown', true, /^unknown: /],
  [
    'a check that contradicts itself',
    { ...CHECK, script: `echo '{"v":1,"status":"ok","summary":"fine"}'; exit 2` },
    'critical',
    true,
    /^critical: /,
  ],
  [
    'a Nagios plugin',
    { manifest: { output: 'nagios' }, script: `printf 'OK - fine | t=1ms;2;3\\nmore\\n'` },
    'ok',
    false,
    /^ok: OK - fine\nmore$/,
  ],
  ['a program', { script: 'echo one; echo two; echo note >&2' }, 'ok', false, /^ok: one\none\ntwo$/],
  [
    'a program that fails',
    { script: 'echo one; echo "E! lost" >&2; exit 3' },
    'critical',
    true,
    /^critical: one\none\nerror: lost$/,
  ],
  ['a program that a signal ends', { script: 'kill -SEGV $$' }, 'unknown', true, /ended by SIGSEGV/],
  [
    'a call that takes too long',
    { mark: { timeoutMs: 200 }, script: 'sleep 300' },
    'unknown',
    true,
    /no result within/,
  ],
  [
    'a flood',
    { script: 'while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done' },
    'unknown',
    true,
    /more than a run may/,
  ],
  [
    'codes for a terminal',
    { script: `printf '\\033]0;title\\007\\033[31mred\\033[0m\\033[2J\\tx\\b\\n'` },
    'ok',
    false,
    /^ok: red\S*\nred\tx\\u\{8\}$/,
  ],
]

test('a call gives status, text and whether it passed; nothing that did not pass looks like a success', async (t) => {
  const plugins = Object.fromEntries(ENDINGS.map(([, plugin], at) => [`p${at}`, plugin]))
  const { tools, call } = markedTools(t, plugins)
  const [schema] = (await tools.list()).map(({ outputSchema }) => outputSchema)
  const fits = new Ajv2020({ strict: false }).compile(schema ?? {})
  for (const [at, [what, , status, isError, expected]] of ENDINGS.entries()) {
    const found = await call(`p${at}`)
    assert.deepEqual([found.status, found.isError], [status, isError], `${what}: ${found.text}`)
    if (!/flood/.test(what)) assert.match(found.text, expected, what)
    assert.ok(fits(JSON.parse(JSON.stringify(found.structured))), `${what}: ${JSON.stringify(fits.errors)}`)
    assert.doesNotMatch(JSON.stringify(found.structured), /\\u001b|\\u009b/, what)
  }
})

test('performance data and further facts are typed', async (t) => {
  const { call } = markedTools(t, {
    nagios: { manifest: { output: 'nagios' }, script: `echo 'OK - fine | time=12ms;20;30'` },
    check: {
      ...CHECK,
      script: `echo '{"v":1,"status":"ok","summary":"fine","details":{"a":1},"metrics":[{"name":"n","value":2}]}'`,
    },
  })
  const { metrics } = (await call('nagios')).structured as unknown as {
    metrics: { name: string; value: number; unit: string }[]
  }
  assert.deepEqual([metrics[0]?.name, metrics[0]?.value, metrics[0]?.unit], ['time', 12, 'ms'])
  const { structured } = await call('check')
  assert.deepEqual(
    [structured.details, structured.metrics, structured.exitCode],
    [{ a: 1 }, [{ name: 'n', value: 2 }], 0],
  )
  assert.deepEqual([structured.plugin, structured.version], ['core/check', '1.0.0'])
})

test('a long output is bounded at both ends, and says what was dropped', async (t) => {
  const { call } = markedTools(t, {
    long: {
      script:
        'i=0; while [ $i -lt 4000 ]; do echo "line $i 012345678901234567890123456789012345678901234567890123456789"; i=$((i+1)); done',
    },
  })
  const { structured, isError } = await call('long')
  const output = String(structured.output)
  assert.equal(isError, false)
  assert.ok(
    output.length < 140 * 1024 && output.startsWith('line 0 ') && /line 3999 \d+$/.test(output),
    `${output.length}`,
  )
  assert.match(output, /… dropped \d+ lines, \d+ bytes …/)
})

const SECRET_SCHEMA = {
  type: 'object',
  properties: { password: { type: 'string', writeOnly: true }, host: { type: 'string' } },
}

test('a secret is in no result, log or error, in whatever form the plugin repeats it', async (t) => {
  const script = [
    'read -r line',
    'word=${line#*hunter2-}; word=hunter2-${word%%\\"*}',
    'echo "$line"; echo "$word"; echo "$word" >&2; printf %s "$word" | base64',
    'echo "$HTTPS_PROXY"',
  ].join('\n')
  const manifest = { arguments: SECRET_SCHEMA }
  const env = { HTTPS_PROXY: 'http://me:pro%40xy-pass@proxy:3128' }
  const { call } = markedTools(
    t,
    {
      tells: { script, manifest },
      check: {
        script: `read -r line; echo '{"v":1,"status":"ok","summary":"${WORD}","details":{"${WORD}":["${WORD}"]}}'`,
        manifest: { ...manifest, output: 'check/v1' },
      },
      long: { script: `i=0; while [ $i -lt 9000 ]; do printf '${WORD} 012345678'; i=$((i+1)); done; echo`, manifest },
    },
    { env },
  )
  for (const name of ['tells', 'check', 'long']) {
    const found = await call(name, { password: WORD, host: 'db' })
    const all = JSON.stringify(found)
    for (const secret of [
      WORD,
      Buffer.from(WORD).toString('base64').slice(0, 18),
      'pro%40xy-pass',
      'pro@xy-pass',
      'hunter2',
    ])
      assert.ok(!all.includes(secret), `${name}: ${secret}`)
  }
  const refused = await call('tells', { password: `${WORD}\0`, host: 7 })
  assert.ok(refused.isError && !JSON.stringify(refused).includes('hunter2'))
})
