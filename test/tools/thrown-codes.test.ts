import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sourceFiles } from '../../tools/source-files.ts'
import { findUnthrownCodes } from '../../tools/thrown-codes.ts'

const TABLE = { path: 'schemas/error-codes.ts', text: 'export const ERROR_CODES = {\n  IO_FAILED: { exit: 74 },\n}\n' }
const without = (path: string, text: string) => findUnthrownCodes([TABLE, { path, text }]).map(({ line }) => line)

for (const text of [
  "throw coded('IO_FAILED', { message })",
  "throw coded(\n  'IO_FAILED',\n  { message })",
  "const [code, says] = isGone ? (['IO_FAILED', 'is gone'] as const) : other",
])
  test(`\`${text.replaceAll('\n', '')}\` is an error of the code`, () =>
    assert.deepEqual(without('client/a.ts', text), []))

for (const [path, text] of [
  ['client/a.ts', "if (isCoded(error, 'IO_FAILED')) return"],
  ['client/a.ts', "const KNOWN = new Set(['IO_FAILED'])"],
  ['client/a.ts', "// throw coded('IO_FAILED')"],
  ['client/a.ts', "throw coded('IO_FAILED_LATER', {})"],
  ['test/a.test.ts', "throw coded('IO_FAILED', {})"],
] as const)
  test(`\`${text}\` of ${path} is none`, () => assert.deepEqual(without(path, text), [2]))

test('every code of the table is that of some error', () =>
  assert.deepEqual(findUnthrownCodes(sourceFiles(fileURLToPath(new URL('../..', import.meta.url)))), []))
