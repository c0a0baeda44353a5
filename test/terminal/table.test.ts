import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paintFor, renderTable } from '../../terminal/index.ts'
import { cellWidth, fitWidths } from '../../terminal/table.ts'

const plain = paintFor(false)
const columns = [{ title: 'plugin' }, { title: 'size', align: 'right' as const }, { title: 'reason', shrinks: true }]
const rows = [
  ['core/check-tcp', '9 B', 'none'],
  ['日本', '16 MiB', 'withdrawn because the port check answered too early on slow machines'],
]

test('columns are as wide as their longest cell, numbers stand right, nothing is cut without a terminal', async () => {
  const text = await renderTable({ columns, rows }, { paint: plain, width: Number.POSITIVE_INFINITY })
  const lines = text.split('\n')
  assert.equal(lines.length, 3)
  assert.equal(lines[0], 'plugin            size  reason')
  assert.equal(lines[1], 'core/check-tcp     9 B  none')
  assert.match(lines[2] ?? '', /slow machines$/)
})

test('on a narrow terminal only the columns that may shrink do, and no line is wider than the terminal', async () => {
  const text = await renderTable({ columns, rows }, { paint: plain, width: 50 })
  for (const line of text.split('\n')) assert.ok(cellWidth(line) <= 50, line)
  assert.match(text, /core\/check-tcp/)
  assert.match(text.replace(/\s+/g, ' '), /withdrawn because/)
})

test('a table without rows shows its titles', async () => {
  assert.equal(await renderTable({ columns, rows: [] }, { paint: plain, width: 80 }), 'plugin  size  reason')
})

test('widths stay as they are when nothing may shrink', () => {
  assert.deepEqual(fitWidths([30, 40], [{ title: 'a' }, { title: 'b' }], 20), [30, 40])
})

test('a character counts the cells that it takes', () => {
  assert.deepEqual(['abc', '日本', '\u001b[31mred\u001b[39m', 'e\u0301'].map(cellWidth), [3, 4, 3, 1])
})
