// YAML from outside: bounded, duplicate keys and prototype keys refused, lines named, and never slow.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AUTHORED_YAML, parseYaml } from '../../../schemas/yaml/parse.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { stepsOf } from '../../support/machine/steps.ts'

test('reads plain YAML and knows the line of each path', () => {
  const { value, lineOf } = parseYaml('a: 1\nb:\n  - x\n  - y: "1.10"\n', 'config.yaml')
  assert.deepEqual(value, { a: 1, b: ['x', { y: '1.10' }] })
  assert.equal(lineOf(['b', 1, 'y']), 4)
  assert.equal(lineOf(['b', 1, 'missing']), 4)
  assert.equal(lineOf(['nowhere']), 1)
})

test('names file and line of a syntax error and of a repeated key', () => {
  assert.match(
    expectCode('YAML_INVALID', () => parseYaml('a: 1\nb: [\n', 'config.yaml')).message,
    /`config.yaml` line \d/,
  )
  const error = expectCode('YAML_INVALID', () => parseYaml('a: 1\nb: 2\na: 3\n', 'config.yaml'))
  assert.equal(error.message, '`config.yaml` line 3: repeats the key `a`')
})

test('refuses 100 000 keys, alias bombs, deep nesting and prototype keys without parsing them out', () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `k${index}: 1`).join('\n')
  expectCode('LIMIT_EXCEEDED', () => parseYaml(keys, 'keys'))
  const bomb = [
    'a0: &a0 [x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: 8 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`),
  ].join('\n')
  expectCode('LIMIT_EXCEEDED', () => parseYaml(bomb, 'bomb'))
  expectCode('LIMIT_EXCEEDED', () => parseYaml('- '.repeat(100_000), 'dashes'))
  expectCode('LIMIT_EXCEEDED', () => parseYaml('['.repeat(100_000), 'brackets'))
  expectCode('LIMIT_EXCEEDED', () => parseYaml(`${'['.repeat(100)}${']'.repeat(100)}`, 'depth'))
  expectCode('YAML_INVALID', () => parseYaml('__proto__: {polluted: true}', 'proto'))
  expectCode('YAML_INVALID', () => parseYaml('? {a: 1}\n: 2', 'complex key'))
  assert.equal(({} as { polluted?: boolean }).polluted, undefined)
})

const SLOW = `
import { AUTHORED_YAML, parseYaml } from '${new URL('../../../schemas/yaml/parse.ts', import.meta.url).href}'
const limits = { ...AUTHORED_YAML, maxNodes: 2000, maxKeys: 2000 }
const texts = {
  'one long line of errors': '!!a '.repeat(5000),
  'very many list items': '-\\n'.repeat(100_000),
  'very many flow items': '[' + 'a,'.repeat(100_000) + ']',
  'tabs and open quotes': 'a:\\n\\tb: "\\n'.repeat(20_000),
  'errors in every line': 'a: b: c\\n'.repeat(25_000),
}
for (const [what, text] of Object.entries(texts))
  count(what, () => {
    try {
      parseYaml(text, 'slow', limits)
    } catch (error) {
      if (error.name === 'CodedError') return
      throw error
    }
    throw Error('not refused')
  })
`

test('refuses text that is slow to parse after little work, whatever makes it slow', () => {
  const steps = Object.entries(stepsOf(SLOW))
  assert.equal(steps.length, 5)
  // Some hundred for each of as many values as may be read; the texts have fifty times as many.
  for (const [what, taken] of steps) assert.ok(taken > 0 && taken < 1_500_000, `${what}: ${taken} steps`)
})

test('reads comment rulers and block text that only look like nesting', () => {
  const text = `# ${'-'.repeat(200)}\na: |\n  ${'- '.repeat(20)}\n  ${'='.repeat(90)}\n`
  assert.equal(typeof (parseYaml(text, 'ruler').value as { a: unknown }).a, 'string')
})

test('bounds bytes before parsing', () => {
  expectCode('LIMIT_EXCEEDED', () => parseYaml(`a: ${'x'.repeat(AUTHORED_YAML.maxBytes)}`, 'long'))
})

test('no variable of the environment makes the parser print what it reads, and the environment stays as it is', (t) => {
  const { env } = process
  const log = t.mock.method(console, 'log', () => undefined)
  const dir = t.mock.method(console, 'dir', () => undefined)
  t.after(() => {
    delete process.env.LOG_TOKENS
    delete process.env.LOG_STREAM
  })
  Object.assign(process.env, { LOG_TOKENS: '1', LOG_STREAM: '1' })
  parseYaml('token: secret\n', 'config.yaml')
  expectCode('YAML_INVALID', () => parseYaml('a: [\n', 'config.yaml'))
  assert.equal(log.mock.callCount() + dir.mock.callCount(), 0)
  assert.equal(process.env, env)
})

test('a byte order mark changes nothing of what a document is, nor of its lines', () => {
  for (const text of [
    '- - \n',
    '- - a\n  - b\n- c\n',
    '- a: 1\n  b: 2\n',
    '- - - x\n',
    'a:\n  - - x\n    - y\n',
    '? a\n: - b\n  - c\n',
  ]) {
    const [plain, marked] = [text, `\ufeff${text}`].map((each) => parseYaml(each, 'test'))
    assert.deepEqual(marked?.value, plain?.value, JSON.stringify(text))
    assert.equal(marked?.lineOf([1]), plain?.lineOf([1]), JSON.stringify(text))
  }
})
