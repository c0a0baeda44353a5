import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blank, lineAt } from '../../tools/code-text.ts'

const rows = [
  { says: 'a line comment', source: 'a() // b()\nc()', code: ['a()', 'c()'], gone: ['b()'] },
  { says: 'a block comment', source: 'a() /* b()\n b2() */ c()', code: ['a()', 'c()'], gone: ['b()', 'b2()'] },
  { says: 'strings of both kinds', source: `a('b()', "c()", '\\'d()')`, code: ['a('], gone: ['b()', 'c()', 'd()'] },
  {
    says: 'a template, but not the code in it',
    source: '`b() ${c(`d() ${e()}`)} f()` + g()',
    code: ['c(', 'e()', 'g()'],
    gone: ['b()', 'd()', 'f()'],
  },
  {
    says: 'a template with objects and escapes in it',
    source: '`\\${b()} ${[{ c: {} }].map(d)} \\` e()` + f()',
    code: ['map(d)', 'f()'],
    gone: ['b()', 'e()'],
  },
  { says: 'a regular expression', source: `const a = /'b()[/"]\\//g\nc('d()')`, code: ['c('], gone: ['b()', 'd()'] },
  {
    says: 'a slash in a string, and a quote in a comment',
    source: `a('http://b()')\n// it's\nc()`,
    code: ['a(', 'c()'],
    gone: ['b()'],
  },
  { says: 'no division', source: 'a / b() / c()', code: ['b()', 'c()'], gone: [] },
]

for (const { says, source, code, gone } of rows)
  test(`${says} is told from code`, () => {
    const { codeOnly } = blank(source)
    for (const text of code) assert.ok(codeOnly.includes(text), `${text} stays in ${codeOnly}`)
    for (const text of gone) assert.ok(!codeOnly.includes(text), `${text} is gone from ${codeOnly}`)
    assert.equal(codeOnly.length, source.length)
    assert.equal(codeOnly.split('\n').length, source.split('\n').length)
  })

test('strings stay when only comments are blanked', () => {
  assert.equal(blank(`a('b') // c`).withoutComments, `a('b')     `)
})

test('a place in the text has a line', () => {
  assert.deepEqual([lineAt('a\nb\nc', 0), lineAt('a\nb\nc', 2), lineAt('a\nb\nc', 4)], [1, 2, 3])
})
