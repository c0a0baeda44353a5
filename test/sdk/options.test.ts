// Reading options: what the operator writes, what people type, and every way to get it wrong.
import assert from 'node:assert/strict'
import test from 'node:test'
import { parseOptions, parseOptionsAgain } from '../../sdk/options.ts'
import { optionsSchema } from '../../sdk/options-schema.ts'

const specs = {
  host: { type: 'string', default: 'localhost', description: 'the host' },
  port: { type: 'integer', min: 1, max: 65_535, required: true, positional: true, description: 'the port' },
  mode: { type: 'string', choices: ['free', 'open'], description: 'the mode' },
  header: { type: 'strings', description: 'headers' },
  timeout: { type: 'duration', default: '5s', description: 'the timeout' },
  insecure: { type: 'boolean', description: 'no checks' },
} as const

test('reads one token per option as the operator writes them', () => {
  const argv = ['--host=-x=1', '--port=8080', '--mode=open', '--header=a', '--header=', '--timeout=1.5s', '--insecure']
  assert.deepEqual(parseOptions(specs, argv), {
    ...{ host: '-x=1', port: 8080, mode: 'open', header: ['a', ''], timeout: 1500, insecure: true },
  })
})

test('reads two tokens and positionals as people type them, and fills in defaults', () => {
  const expected = { host: 'localhost', port: 80, mode: undefined, header: [], timeout: 5000, insecure: false }
  assert.deepEqual(parseOptions(specs, ['--port', '80']), expected)
  assert.deepEqual(parseOptions(specs, ['80']), expected)
  assert.deepEqual(parseOptions(specs, ['--', '80']), expected)
  assert.deepEqual(parseOptions(specs, ['--insecure=false', '80']), expected)
})

test('an option of one letter is read as the operator writes it', () => {
  const letters = {
    H: { type: 'string', description: 'the host' },
    S: { type: 'boolean', description: 'TLS' },
  } as const
  for (const argv of [
    ['-H', 'db', '-S'],
    ['-Hdb', '-S'],
    ['--H=db', '--S'],
  ])
    assert.deepEqual(parseOptions(letters, argv), { H: 'db', S: true })
  assert.equal(parseOptions(letters, ['-H-x']).H, '-x')
})

test('reads the same words once, and keeps nothing of a document', () => {
  const own = { word: { type: 'string', description: 'a word' }, all: { type: 'strings', description: 'all' } } as const
  const read = (argv: readonly string[], document?: object) =>
    parseOptionsAgain(own, argv, document as Readonly<Record<string, unknown>> | undefined)
  const first = read(['--word=a', '--all=x'])
  assert.equal(read(['--word=a', '--all=x']), first)
  assert.deepEqual(first, { word: 'a', all: ['x'] })
  assert(Object.isFrozen(first) && Object.isFrozen(first.all))
  assert.deepEqual(read([]), { word: undefined, all: [] })
  assert.throws(() => read(['']), { name: 'InvalidOptions' })
  assert.deepEqual(read(['--all=x'], { word: 'b' }), { word: 'b', all: ['x'] })
  assert.deepEqual(read(['--all=x']), { word: undefined, all: ['x'] })
  for (let turn = 0; turn < 2; turn++) assert.throws(() => read(['--none=1']), { name: 'InvalidOptions' })
})

const REFUSED: readonly (readonly [string[], string])[] = [
  [[], '--port is missing: the port'],
  [['--port='], '--port is ``, expected a whole number from 1 to 65535'],
  [['--port=0'], '--port is `0`, expected a whole number from 1 to 65535'],
  [['--port=65536'], '--port is `65536`, expected a whole number from 1 to 65535'],
  [['--port=8e3'], '--port is `8e3`, expected a whole number from 1 to 65535'],
  [['--port=80', '--port=81'], '--port is given 2 times, expected once'],
  [['80', '81'], '--port is given 2 times, expected once'],
  [['80', '--mode=shut'], '--mode is `shut`, expected `free` or `open`'],
  [['80', '--timeout=5'], '--timeout is `5`, expected a duration such as `500ms` or `10s`'],
  [['80', '--insecure=maybe'], '--insecure is `maybe`, expected `true` or `false`'],
  [['80', '--host'], '--host needs a value'],
]

test('refuses options that mean nothing, saying what was expected and found', () => {
  for (const [argv, message] of REFUSED)
    assert.throws(() => parseOptions(specs, argv), { name: 'InvalidOptions', message })
})

const NO_WHOLE_NUMBERS = ['', '1.5', '1e3', '0x10', ' 1', '+1', '--1', '9999999999999999', '-9999999999999999']

test('takes digits alone for a whole number without bounds, and no more of them than are told apart', () => {
  const any = { any: { type: 'integer', description: 'a number' } } as const
  assert.deepEqual(parseOptions(any, ['--any=-007']), { any: -7 })
  for (const text of NO_WHOLE_NUMBERS) {
    const message = `--any is \`${text}\`, expected a whole number`
    assert.throws(() => parseOptions(any, [`--any=${text}`]), { name: 'InvalidOptions', message })
  }
})

test('shows no more than the beginning of what was found, on one line', () => {
  const shown = `${'y'.repeat(78)}?y`
  assert.throws(() => parseOptions(specs, ['80', `--mode=${'y'.repeat(78)}\ny${'z'.repeat(90)}`]), {
    message: `--mode is \`${shown}…\`, expected \`free\` or \`open\``,
  })
})

test('names the options there are, but never the value of an unknown one', () => {
  assert.throws(
    () => parseOptions(specs, ['80', '--password=hunter2']),
    (error: Error) => {
      assert.match(error.message, /unknown option `--password`, expected one of --host, --port/)
      return !error.message.includes('hunter2')
    },
  )
  assert.throws(() => parseOptions(specs, ['80', '--__proto__=1']), /unknown option `--__proto__`/)
})

test('states the same rules as a JSON Schema', () => {
  const schema = optionsSchema(specs)
  assert.deepEqual(schema.required, ['port'])
  assert.equal(schema.additionalProperties, false)
  const properties = schema.properties as Record<string, unknown>
  assert.deepEqual(properties.port, { type: 'integer', minimum: 1, maximum: 65_535, description: 'the port' })
  assert.deepEqual(properties.mode, { type: 'string', enum: ['free', 'open'], description: 'the mode' })
})
