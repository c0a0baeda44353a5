// TOML configs: the same config as in YAML, the line of every value, and refusals that say line and column.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TreeNode } from '../../config/document/node.ts'
import { dataOf, placeOf } from '../../config/document/node.ts'
import { parseTomlTree } from '../../config/document/toml.ts'
import { isCoded } from '../../schemas/errors.ts'
import { expectCode, expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readFiles } from '../support/machine/config-files.ts'

const TOML = `name = "shop"
include = ["https://x.example/more.toml"]

[configs.web]
port = 8080
since = 2026-11-26
at = 2026-11-26T10:00:00Z
early = 07:30:00
version = "1.10"
text = """
name = "not this"
"""

[[operator.services.web.health]]
tool = "check-tcp"
args = {port = "{{.configs.web.port}}", since = "{{.configs.web.since}}"}
interval = "10s"

[[operator.services.web.health]]
tool = "other"
`

const source = { name: '/work/octo.toml', remote: false }
const web = { fetchText: async () => '[[services.web.health]]\ntool = "theirs"\n' }

test('a TOML config with a TOML include is read as any other', async (t) => {
  const { name, services } = await readFiles(t, { 'a.toml': TOML }, { named: ['a.toml'], ...web })
  assert.equal(name, 'shop')
  assert.deepEqual(
    services[0]?.checks.health.map(({ request, arguments: given, place }) => [request.plugin, given.value, place.line]),
    [
      ['theirs', {}, 1],
      ['check-tcp', { port: 8080, since: '2026-11-26' }, 14],
      ['other', {}, 19],
    ],
  )
})

test('values know the line of their key, moments are texts, and texts of several lines are passed over', () => {
  const root = parseTomlTree(TOML, source)
  assert.deepEqual(
    ['name', 'configs.web', 'configs.web.port', 'configs.web.text', 'operator.services.web.health.1.tool'].map(
      (path) => placeOf(nodeAt(root, path)).line,
    ),
    [1, 4, 5, 10, 20],
  )
  assert.deepEqual(dataOf(nodeAt(root, 'configs.web')), {
    port: 8080,
    since: '2026-11-26',
    at: '2026-11-26T10:00:00Z',
    early: '07:30:00',
    version: '1.10',
    text: 'name = "not this"\n',
  })
  assert.equal(placeOf(nodeAt(parseTomlTree('[a."b.c"]\n"d e".f = 1\n', source), 'a')).line, 1)
})

const REFUSED: readonly (readonly [text: string, code: string, problem: RegExp])[] = [
  ['a = 1\nb = [\n', 'TOML_INVALID', /octo\.toml` line 3: column 1: /],
  ['a = 1\na = 2\n', 'TOML_INVALID', /line 2: /],
  ['a = 1\nb = inf\n', 'TOML_INVALID', /line 2: has the number `Infinity`, which cannot be kept/],
  ['a = 9007199254740993\n', 'TOML_INVALID', /line 1: /],
  ['a = 1\n__proto__ = 1\n', 'TOML_INVALID', /`__proto__`/],
  [`a = ${'['.repeat(40)}${']'.repeat(40)}\n`, 'TOML_INVALID', /nested/],
  [`a${'.a'.repeat(40)} = 1\n`, 'LIMIT_EXCEEDED', /more than 32 levels of nesting/],
  [`a = [${'1,'.repeat(20_001)}]\n`, 'LIMIT_EXCEEDED', /more than 20000 values/],
  [Array.from({ length: 10_001 }, (_, i) => `k${i} = 1\n`).join(''), 'LIMIT_EXCEEDED', /more than 10000 keys/],
  [`a = "${'x'.repeat(256 * 1024)}"\n`, 'LIMIT_EXCEEDED', /more than 262144 bytes/],
  ['a = "\ud800"\n', 'TEXT_INVALID', /surrogate/],
]
for (const [text, code, problem] of REFUSED)
  test(`\`${JSON.stringify(text.slice(0, 30))}\` is refused with ${code}`, () => {
    const error = expectCode(code as 'TOML_INVALID', () => parseTomlTree(text, source))
    assert.match(error.message, problem)
  })

const HOSTILE: Readonly<Record<string, string>> = {
  keys: Array.from({ length: 24_000 }, (_, index) => `k${index}=1`).join('\n'),
  tables: Array.from({ length: 19_000 }, (_, index) => `[t${index}.a]`).join('\n'),
  'dotted keys': `a${'.a'.repeat(60_000)}=1`,
  'tables in an array': '[[a]]\n'.repeat(40_000),
  'half a key': `${'"a'.repeat(80_000)}`,
  'quotes in a table': `[${'"'.repeat(200_000)}`,
  'names with spaces': `a${' '.repeat(200_000)}b`,
}
for (const [what, text] of Object.entries(HOSTILE))
  test(`a TOML document full of ${what} ends in an answer`, () => {
    try {
      parseTomlTree(text, source)
    } catch (error) {
      assert.ok(isCoded(error), String(error))
    }
  })

test('a fetched TOML document decides nothing either', async (t) => {
  const files = { 'octo.yaml': 'include: ["https://x.example/a.toml"]\n' }
  const fetchText = async () => '[operator.plugins]\nc = "^1"\n'
  const error = await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, files, { fetchText }))
  assert.match(error.message, /a\.toml` line 1: a document from elsewhere may not write `operator\.plugins`/)
})

function nodeAt(root: TreeNode, path: string): TreeNode {
  return path.split('.').reduce<TreeNode>((node, key) => {
    const inner =
      node.kind === 'map' ? node.entries.get(key) : node.kind === 'list' ? node.items[Number(key)] : undefined
    return inner ?? assert.fail(path)
  }, root)
}
