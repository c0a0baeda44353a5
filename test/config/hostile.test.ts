// Hostile configs end in an answer, and what they cost grows with their size and not with its square.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HOSTILE_DOCUMENTS } from '../../bench/ours/hostile-documents.ts'
import { MAX_WARNINGS, openWarnings } from '../../config/document/warnings.ts'
import { isCoded } from '../../schemas/errors.ts'
import { readFiles } from '../support/machine/config-files.ts'

const REFUSED = new Map([
  ['unknown keys', 'LIMIT_EXCEEDED'],
  ['keys of nobody in a service', 'LIMIT_EXCEEDED'],
  ['flat arguments of early v1 configs', 'LIMIT_EXCEEDED'],
  ['flat arguments, as many as there may be', 'read'],
  ['aliases', 'LIMIT_EXCEEDED'],
  ['merge keys', 'LIMIT_EXCEEDED'],
  ['levels of nesting', 'LIMIT_EXCEEDED'],
  ['checks', 'LIMIT_EXCEEDED'],
  ['services', 'LIMIT_EXCEEDED'],
  ['templates', 'CONFIG_INVALID'],
  ['templates, as many as there may be', 'read'],
  ['templates of templates', 'CONFIG_INVALID'],
  ['shell variables', 'LIMIT_EXCEEDED'],
  ['includes of one document', 'LIMIT_EXCEEDED'],
  ['pins', 'LIMIT_EXCEEDED'],
  ['pins, as many as there may be', 'read'],
  ['lines of keys', 'LIMIT_EXCEEDED'],
  ['comments', 'read'],
  ['blocks of text', 'LIMIT_EXCEEDED'],
  ['blocks of text, as many as there may be', 'read'],
  ['things spelled as JSON', 'LIMIT_EXCEEDED'],
  ['escapes in quotes', 'read'],
  ['question marks', 'LIMIT_EXCEEDED'],
  ['repos', 'LIMIT_EXCEEDED'],
  ['repos, as many keys as there may be', 'CONFIG_INVALID'],
])
for (const [what, text] of Object.entries(HOSTILE_DOCUMENTS))
  test(`a config of 256 KiB full of ${what} is ${REFUSED.get(what) === 'read' ? 'read' : 'refused'}`, async (t) => {
    assert.ok(text.length > 250 * 1024 && text.length <= 256 * 1024, `${text.length} bytes`)
    const outcome = await readFiles(t, { 'octo.yaml': text, 'x.yaml': 'name: x\n' }).catch((error: unknown) => error)
    assert.equal(isCoded(outcome) ? outcome.code : 'read', REFUSED.get(what))
  })

test('a warning is only worded while there is room for it', () => {
  let worded = 0
  const warnings = openWarnings()
  const word = () => {
    worded++
    return { file: 'x', message: 'y' }
  }
  for (let index = 0; index < 20_000; index++) warnings.addUnknownKey(word)
  for (let index = 0; index < 20_000; index++) warnings.add(word)
  assert.equal(worded, 2 * MAX_WARNINGS)
  assert.equal(warnings.all().length, 2 * MAX_WARNINGS + 1)
})
