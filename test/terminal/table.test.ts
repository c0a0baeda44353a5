import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { cellWidth, cutToWidth, longestWord, wrapWords } from '../../terminal/cell-width.ts'
import { paintFor } from '../../terminal/index.ts'
import { renderTable } from '../../terminal/table.ts'
import { anyText } from '../support/builders/any-text.ts'

const plain = paintFor(false)
const columns = [{ title: 'plugin' }, { title: 'size', align: 'right' as const }, { title: 'reason', shrinks: true }]
const rows = [
  ['core/check-tcp', '9 B', 'none'],
  ['日本', '16 MiB', 'withdrawn because the port check answered too early on slow machines'],
]
const URL_CELL = 'https://plugins.example.com/repos/core/check-tcp/1.0.0/check-tcp_linux_amd64.tar.gz?token=none'

test('columns are as wide as their longest cell, numbers stand right, nothing is wrapped without a terminal', () => {
  const lines = renderTable({ columns, rows }, { paint: plain, width: Number.POSITIVE_INFINITY }).split('\n')
  assert.equal(lines.length, 3)
  assert.equal(lines[0], 'plugin            size  reason')
  assert.equal(lines[1], 'core/check-tcp     9 B  none')
  assert.match(lines[2] ?? '', /slow machines$/)
})

test('on a narrow terminal cells are wrapped at words', () => {
  assert.equal(
    renderTable({ columns, rows }, { paint: plain, width: 50 }),
    [
      'plugin            size  reason',
      'core/check-tcp     9 B  none',
      '日本            16 MiB  withdrawn because the port',
      '                        check answered too early',
      '                        on slow machines',
    ].join('\n'),
  )
})

test('a last cell with a word too long for its column stands whole below its row', () => {
  assert.equal(
    renderTable(
      {
        columns,
        rows: [
          ['core/a', '9 B', `see ${URL_CELL}`],
          ['core/b', '1 B', 'fine'],
        ],
      },
      { paint: plain, width: 60 },
    ),
    ['plugin  size  reason', 'core/a   9 B', 'see', URL_CELL, 'core/b   1 B  fine'].join('\n'),
  )
})

test('where only the last column does not fit, its longer cells stand below their rows', () => {
  assert.equal(
    renderTable({ columns, rows }, { paint: plain, width: 40 }),
    [
      'plugin            size  reason',
      'core/check-tcp     9 B  none',
      '日本            16 MiB',
      '  withdrawn because the port check',
      '  answered too early on slow machines',
    ].join('\n'),
  )
})

test('a last cell that would be high and narrow stands below its row, where it is flatter', () => {
  const [title] = columns
  const long = 'nine of the ten words here are short and plain'
  const table = { columns: [title ?? { title: '' }, { title: 'why' }], rows: [['x'.repeat(20), long]] }
  assert.equal(
    renderTable(table, { paint: plain, width: 42 }),
    [
      `plugin${' '.repeat(16)}why`,
      `${'x'.repeat(20)}  nine of the ten`,
      `${' '.repeat(22)}words here are short`,
      `${' '.repeat(22)}and plain`,
    ].join('\n'),
  )
  assert.equal(
    renderTable({ ...table, rows: [['x'.repeat(20), `${long} ${long}`]] }, { paint: plain, width: 42 }),
    [
      `plugin${' '.repeat(16)}why`,
      'x'.repeat(20),
      '  nine of the ten words here are short and',
      '  plain nine of the ten words here are',
      '  short and plain',
    ].join('\n'),
  )
})

test('where columns do not fit at all, each row is a block with its titles', () => {
  assert.equal(
    renderTable({ columns, rows }, { paint: plain, width: 20 }),
    [
      ...['plugin', '  core/check-tcp', 'size    9 B', 'reason  none', ''],
      ...[
        'plugin  日本',
        'size    16 MiB',
        'reason  withdrawn',
        '        because the',
        '        port check',
        '        answered too',
        '        early on',
        '        slow',
        '        machines',
      ],
    ].join('\n'),
  )
})

test('a column that is counted while people look at it keeps its width', () => {
  const counted = [{ title: 'for', align: 'right' as const, minCells: 6 }, { title: 'why' }]
  const width = 40
  for (const [time, line] of [
    ['9 s', '   9 s  slow'],
    ['59 min', '59 min  slow'],
  ] as const)
    assert.equal(
      renderTable({ columns: counted, rows: [[time, 'slow']] }, { paint: plain, width }),
      `   for  why\n${line}`,
    )
})

test('a table without rows shows its titles', () => {
  assert.equal(renderTable({ columns, rows: [] }, { paint: plain, width: 80 }), 'plugin  size  reason')
})

test('control characters in cells become visible, and paint does not change the place of anything', () => {
  const paint = paintFor(true)
  const hostile = [['\u001b[2J\u001b[1;1Hroot', '\r1 B', 'one\nok  forged  row \u202e reversed']]
  const text = renderTable({ columns, rows: hostile }, { paint: plain, width: 200 })
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
  assert.equal(text.split('\n').length, 2)
  const painted = renderTable(
    { columns, rows: [[{ text: 'core/a', paint: paint.red }, '9 B', { text: 'two words', paint: paint.green }]] },
    { paint, width: 30 },
  )
  assert.match(painted, /\u001b\[31mcore\/a\u001b\[39m/)
  assert.equal(stripVTControlCharacters(painted), 'plugin  size  reason\ncore/a   9 B  two words')
})

const widths: readonly [string, number][] = [
  ['abc', 3],
  ['', 0],
  ['日本', 4],
  ['ｆｕｌｌ', 8],
  ['한글', 4],
  ['\u001b[31mred\u001b[39m', 3],
  ['e\u0301', 1],
  ['👍', 2],
  ['👩‍👩‍👧', 2],
  ['🇩🇪', 2],
  ['שלום', 4],
  ['عربى', 4],
  ['a\u0300\u0301\u0302\u0303b', 2],
  ['ไทย', 3],
  ['…', 1],
]
for (const [text, cells] of widths)
  test(`${JSON.stringify(text)} takes ${cells} cells`, () => assert.equal(cellWidth(text), cells))

const wrapped: readonly [string, number, readonly string[]][] = [
  ['one two', 80, ['one two']],
  ['one two', 7, ['one two']],
  ['one two', 6, ['one', 'two']],
  ['one two', 1, ['one', 'two']],
  ['one', 0, ['one']],
  ['one   two', 9, ['one   two']],
  ['a longword b', 4, ['a', 'longword', 'b']],
  ['日本語の説明', 6, ['日本語', 'の説明']],
  ['see 日本語', 7, ['see 日', '本語']],
  ['👩‍👩‍👧👩‍👩‍👧', 3, ['👩‍👩‍👧', '👩‍👩‍👧']],
]
for (const [text, width, lines] of wrapped)
  test(`${JSON.stringify(text)} in ${width} cells is ${lines.length} lines`, () =>
    assert.deepEqual(wrapWords(text, width), lines))

const cuts: readonly [string, number, string][] = [
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['日本語', 4, '日…'],
  ['日本語', 5, '日本…'],
  ['👩‍👩‍👧👩‍👩‍👧', 3, '👩‍👩‍👧…'],
  ['abc', 1, '…'],
  ['abc', 0, ''],
]
for (const [text, width, cut] of cuts)
  test(`${JSON.stringify(text)} cut to ${width} cells is ${JSON.stringify(cut)}`, () =>
    assert.equal(cutToWidth(text, width), cut))

const piece = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'ok',
    URL_CELL,
    '日本語の説明',
    '👩‍👩‍👧',
    'שלום עולם',
    'e\u0301',
    '\u001b[31m',
    '\n',
    '\t',
    '\r',
    '\u202e',
    'x'.repeat(70),
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  anyText({ maxLength: 4 }),
)
const cell = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(' '))
const squeezed = (text: string) => text.replace(/\s+/g, '')

test('at every width no data is lost, no control character gets through, and only a single word is wider', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.array(cell, { minLength: 5, maxLength: 5 }), { maxLength: 4 }),
      fc.oneof(fc.integer({ min: 20, max: 200 }), fc.constantFrom(0, 1, 2, 7, 19, 100_000, Number.POSITIVE_INFINITY)),
      fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
      (count, cells, width, flags) => {
        const shape = Array.from({ length: count }, (_, index) => ({
          title: `t${index}`,
          shrinks: flags[index] === true,
          align: flags[index + 5] ? ('right' as const) : ('left' as const),
        }))
        const table = { columns: shape, rows: cells.map((row) => row.slice(0, count)) }
        const text = renderTable(table, { paint: plain, width })
        const whole = renderTable(table, { paint: plain, width: Number.POSITIVE_INFINITY })
        for (const line of text.split('\n')) {
          assert.ok(cellWidth(line) <= width || longestWord(line) === cellWidth(line), `${width}: ${line}`)
          assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u)
        }
        assert.deepEqual(graphemeBag(text, shape), graphemeBag(whole, shape))
        if (width === Number.POSITIVE_INFINITY) assert.equal(text.split('\n').length <= cells.length + 1, true)
      },
    ),
    { numRuns: 100 },
  )
})

/** What stands in a table, wherever: its characters without spaces and titles, sorted. */
function graphemeBag(text: string, shape: readonly { title: string }[]): string {
  const untitled = shape.reduce((rest, { title }) => rest.replaceAll(title, ''), text)
  return [...squeezed(untitled)].sort().join('')
}
