import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findGuards } from '../../../tools/mutation/find-guards.ts'

const ROWS: readonly { readonly what: string; readonly source: string; readonly without: readonly string[] }[] = [
  {
    what: 'a thrown error',
    source: "if (size > max) throw tooLong('x' as const)",
    without: ['if (size > max) ;'],
  },
  {
    what: 'each alternative of a condition that throws, and the error',
    source: 'if (a || b(c)) throw x',
    without: ['if (false || b(c)) throw x', 'if (a || false) throw x', 'if (a || b(c)) ;'],
  },
  {
    what: 'an early return of nothing',
    source: 'function f(x?: string) { if (!x) return undefined; return x }',
    without: ['function f(x?: string) { if (false) return undefined; return x }'],
  },
  {
    what: 'the parts of a boolean answer',
    source: 'const isOwn = (s: Stats) => s.uid === own && s.mode === 0o700',
    without: [
      'const isOwn = (s: Stats) => true && s.mode === 0o700',
      'const isOwn = (s: Stats) => s.uid === own && true',
    ],
  },
  {
    what: 'a call that is named for a refusal',
    source: 'refuseLong(words); await store.verifyTree(x); look(words)',
    without: [';  await store.verifyTree(x); look(words)', 'refuseLong(words); ; look(words)'],
  },
  { what: 'nothing in code that refuses nothing', source: 'if (a) b(); return a ? b : c', without: [] },
]

for (const { what, source, without } of ROWS)
  test(`finds ${what}`, () => {
    const inFunction = source.startsWith('if (a) b') ? `function f() { ${source} }` : source
    const found = findGuards(inFunction).map(
      ({ start, end, replacement }) => inFunction.slice(0, start) + replacement + inFunction.slice(end),
    )
    assert.deepEqual(found.map(withoutSpaces), without.map(withoutSpaces))
  })

test('says the line on which a guard stands', () => {
  assert.deepEqual(
    findGuards('const a: number = 1\n\nif (a) throw a\n').map(({ line, text }) => [line, text]),
    [[3, 'throw a']],
  )
})

function withoutSpaces(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/ ?; ?/g, ';')
}
