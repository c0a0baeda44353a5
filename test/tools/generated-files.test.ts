// Generated pages and schemas in the repository are the ones that the code would write now.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorDocsAreStale } from '../../tools/write-error-docs.ts'
import { staleJsonSchemas } from '../../tools/write-json-schemas.ts'

test('docs/ERRORS.md lists every code of the table', async () => {
  assert.equal(await errorDocsAreStale(), false, 'run node_modules/.bin/node tools/write-error-docs.ts')
})

test('schemas/json holds exactly what the shapes generate', async () => {
  assert.deepEqual(await staleJsonSchemas(), [], 'run node_modules/.bin/node tools/write-json-schemas.ts')
})
