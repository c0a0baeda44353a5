import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { yamlText } from '../../../static-tree/render/yaml-text.ts'
import { anyText } from '../../support/builders/any-text.ts'
import { rounds } from '../../support/machine/full-form.ts'

/** Not left to chance: what templates would read, and what YAML calls unprintable. */
const ESCAPED = ['{{.env.SECRET}}', '{{{', '{{', ...'\u007f\u0085\u009f\u2028\u2029\ufeff\ufffe\uffff']

test('what a template or a reader of YAML takes for something else is written as an escape, in keys and in values', () => {
  for (const text of ESCAPED) {
    const map = { [text]: text, [`a${text}b`]: [`a${text}b`] }
    const written = yamlText(map)
    assert.deepEqual(parse(written), map, JSON.stringify(text))
    assert.doesNotMatch(written, /\{\{|[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/, JSON.stringify(text))
  }
})

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
    { numRuns: rounds({ short: 100, full: 300 }) },
  )
})

test('keys without a value are left out, empty maps and lists are kept', () => {
  assert.equal(
    yamlText({ a: undefined, source: {}, list: [], items: [{ b: 'x', c: 1 }, 'y'] }),
    ['source: {}', 'list: []', 'items:', '  - b: "x"', '    c: 1', '  - "y"', ''].join('\n'),
  )
})
