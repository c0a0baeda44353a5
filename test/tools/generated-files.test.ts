// Generated pages and schemas in the repository are the ones that the code would write now.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERROR_CODES } from '../../schemas/error-codes.ts'
import { EXIT_CODES } from '../../tools/exit-codes.ts'
import { errorDocsAreStale } from '../../tools/write-error-docs.ts'
import { staleJsonSchemas } from '../../tools/write-json-schemas.ts'

test('docs/ERRORS.md lists every code of the table', async () => {
  assert.equal(await errorDocsAreStale(), false, 'run node_modules/.bin/node tools/write-error-docs.ts')
})

test('schemas/json holds exactly what the shapes generate', async () => {
  assert.deepEqual(await staleJsonSchemas(), [], 'run node_modules/.bin/node tools/write-json-schemas.ts')
})

test('every exit code of an error is explained', () => {
  const missing = Object.values(ERROR_CODES).filter(({ exit }) => EXIT_CODES[exit] === undefined)
  assert.deepEqual(missing, [])
})
