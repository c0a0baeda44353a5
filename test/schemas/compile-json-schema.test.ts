// Schemas of plugins are checked by one function for all of them, and are otherwise strangers to each other.
import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'
import { fitArguments } from '../../config/validate-arguments.ts'
import { requireFitting } from '../../operator/ocm/request/fits-schema.ts'
import type { JsonSchema } from '../../schemas/compile-json-schema.ts'
import { loadSchemaCompiler } from '../../schemas/compile-json-schema.ts'
import type { JsonSchemaDraft } from '../../schemas/json-schema/words.ts'
import { TimedOut } from '../../schemas/timed-out.ts'
import { within } from '../../system/async/in-time.ts'
import { PATIENT } from '../support/machine/patient.ts'

const DRAFTS: Readonly<Record<JsonSchemaDraft, string>> = {
  '2020': 'https://json-schema.org/draft/2020-12/schema',
  '07': 'http://json-schema.org/draft-07/schema',
}
const ENDLESS = '^(\\w+\\s?)*$'
const wantsPort = (rest: object) => ({ type: 'object', properties: { port: { type: 'integer' } }, ...rest })

for (const [draft, name] of Object.entries(DRAFTS) as [JsonSchemaDraft, string][])
  for (const assertsFormats of [true, false]) {
    const loading = loadSchemaCompiler({ draft, assertsFormats, inTime: PATIENT })
    const compile = async (schema: JsonSchema) => (await loading)(schema)
    const fits = async (schema: JsonSchema, value: object) => (await compile(schema))(value).length === 0
    const how = `draft ${draft}, formats ${assertsFormats ? 'asserted' : 'passed over'}`

    test(`a schema that names no draft, or this one, is used (${how})`, async () => {
      for (const rest of [{}, { $schema: name }, { $schema: `${name}#` }, { $schema: '' }])
        assert.deepEqual(
          [await fits(wantsPort(rest), { port: 1 }), await fits(wantsPort(rest), { port: 'x' })],
          [true, false],
          JSON.stringify(rest),
        )
      assert.deepEqual([await fits(true, {}), await fits(false, {})], [true, false])
      const mail = { properties: { to: { format: 'email' } } }
      assert.equal(await fits(mail, { to: 'nobody' }), !assertsFormats)
    })

    test(`a schema that is none is refused each time, whatever was read before it (${how})`, async () => {
      const useless = [
        { type: 'nothing' },
        // What only the draft says is wrong.
        { type: 'object', required: [7] },
        { $schema: name, type: 'object', required: [7] },
        { properties: { port: { maxLength: -1 } } },
        { $schema: name, type: 'nothing' },
        { $schema: name, properties: { port: { minimum: 'one' } } },
        { properties: { port: { $ref: 'https://example.com/not-there' } } },
        { $schema: DRAFTS[draft === '07' ? '2020' : '07'], type: 'object' },
        { $schema: 'https://example.com/unknown', type: 'object' },
        { $schema: 7, type: 'object' },
        { $id: name, type: 'object' },
      ]
      for (const schema of [...useless, ...useless.map((each) => structuredClone(each))])
        await assert.rejects(compile(schema as JsonSchema), JSON.stringify(schema))
    })

    test(`no word of one validator alone changes the answer (${how})`, async () => {
      for (const word of [
        { $async: true },
        { nullable: true },
        { id: 7 },
        { discriminator: { propertyName: 'name' } },
      ]) {
        const schema = {
          type: 'object',
          required: ['name'],
          properties: { name: { type: 'string', ...word } },
          ...word,
        }
        assert.deepEqual(
          [await fits(schema, {}), await fits(schema, { name: 'a' }), await fits(schema, { name: null } as object)],
          [false, true, false],
        )
      }
    })

    test(`a pattern that tries everything there is takes no longer than it may (${how})`, async () => {
      const impatient = await loadSchemaCompiler({ draft, assertsFormats, inTime: within(50) })
      const text = `${'a'.repeat(60)}!`
      for (const schema of [
        { properties: { name: { pattern: ENDLESS } } },
        { patternProperties: { [ENDLESS]: { type: 'string' } } },
      ]) {
        assert.throws(() => impatient(schema)({ name: text, [text]: 1 }), TimedOut)
        assert.equal(await fits(schema, { name: 'a' }), true)
      }
    })

    test(`a schema that is its own draft has no longer for its patterns (${how})`, async () => {
      const impatient = await loadSchemaCompiler({ draft, assertsFormats, inTime: within(50) })
      const own = 'https://example.com/own'
      const schema = {
        $id: own,
        $schema: own,
        properties: { title: { pattern: ENDLESS } },
        title: `${'a'.repeat(60)}!`,
      }
      assert.throws(() => impatient(schema), TimedOut)
    })

    test(`schemas of one name are each their own, and none refers to another (${how})`, async () => {
      const $id = 'https://example.com/same'
      const named = (type: string) => ({ $id, type: 'object', properties: { port: { type } } })
      assert.equal(await fits(named('integer'), { port: 1 }), true)
      assert.equal(await fits(named('boolean'), { port: 1 }), false)
      await assert.rejects(compile({ properties: { port: { $ref: $id } } }))
    })

    test(`a schema that is its own draft is what it says it is (${how})`, async () => {
      const own = 'https://example.com/own'
      const schema = wantsPort({ $id: own, $schema: own })
      assert.deepEqual([await fits(schema, { port: 1 }), await fits({ ...schema }, { port: 'x' })], [true, false])
    })
  }

test('a word of an earlier draft refers to the whole schema, or is refused', async () => {
  const compile = await loadSchemaCompiler({ draft: '2020', assertsFormats: true, inTime: PATIENT })
  const tree = { type: 'object', required: ['name'], properties: { inner: { $recursiveRef: '#' } } }
  assert.equal(compile(tree)({ name: 1, inner: { name: 1 } }).length, 0)
  assert.equal(compile(tree)({ name: 1, inner: {} }).length, 1)
  assert.throws(() => compile({ $recursiveRef: '#/$defs/part', $defs: { part: tree } }), /can only be `#`/)
})

const ASKED: Readonly<Record<string, () => Promise<unknown>>> = {
  'arguments of a config': () =>
    fitArguments({ kind: 'named', value: {} } as never, { plugin: 'c', schema: { type: 'object' } }),
  'what a service plugin is asked': () =>
    requireFitting({}, { type: 'T/v1', schema: { type: 'object' } } as never, 'p'),
}

for (const [what, ask] of Object.entries(ASKED))
  test(`a validator that is missing is no fault of a schema: ${what}`, async () => {
    const hooks = registerHooks({
      resolve(specifier, context, next) {
        if (!specifier.endsWith('json-schema/compiled.ts')) return next(specifier, context)
        throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: 'ERR_MODULE_NOT_FOUND' })
      },
    })
    try {
      await assert.rejects(ask(), { code: 'ERR_MODULE_NOT_FOUND' })
    } finally {
      hooks.deregister()
    }
    await ask()
  })
