import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { yamlText } from '../../../static-tree/render/yaml-text.ts'
import { anyText } from '../../support/builders/any-text.ts'

const leaf = fc.oneof(anyText(), fc.integer(), fc.boolean())
const tree = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value')), tie('map')),
  map: fc.dictionary(
    anyText({ maxLength: 20 }).filter((key) => key !== '__proto__'),
    tie('value'),
    { noNullPrototype: true },
  ),
}))

test('whatever is written reads back as it was', () => {
  fc.assert(
    fc.property(tree.map, (map) => {
      const text = yamlText(map as object)
      assert.deepEqual(parse(text, { maxAliasCount: 0 }) ?? {}, map)
      assert.ok(!text.includes('{{'))
      assert.doesNotMatch(text, /[\u007f-\u009f\u2028\u2029\ufeff]/)
    }),
    { numRuns: 300 },
  )
})

test('keys without a value are left out, empty maps and lists are kept', () => {
  assert.equal(
    yamlText({ a: undefined, source: {}, list: [], items: [{ b: 'x', c: 1 }, 'y'] }),
    ['source: {}', 'list: []', 'items:', '  - b: "x"', '    c: 1', '  - "y"', ''].join('\n'),
  )
})
