// The JSON Schema of configs beside the reader: it takes what the documents show, and shows slips where they are.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { configJsonSchema } from '../../../config/document/json-schema.ts'
import { parseYaml } from '../../../schemas/yaml/parse.ts'
import { blocksOf } from '../../support/octo/document-blocks.ts'

const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(configJsonSchema())

function problemsOf(text: string): readonly string[] {
  if (validate(parseYaml(text, 'octo.yaml').value)) return []
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`)
}

const PAGES = ['docs/CONFIG.md', 'docs/SERVICES.md', 'docs/OCM.md', 'docs/OPERATORS.md']
/** Templates that make structure are no YAML as they stand, and what they make is shown beside them. */
const NO_CONFIGS = ['text-templates', 'made']
const EXAMPLES = PAGES.flatMap((page) => blocksOf(page))
  .filter(({ language, kind }) => language === 'yaml' && !NO_CONFIGS.includes(kind))
  .map(({ text }) => text)

test(`every config that the documents show is one of the schema (${EXAMPLES.length})`, () => {
  assert.ok(EXAMPLES.length > 12)
  for (const text of EXAMPLES) assert.deepEqual(problemsOf(text), [], text)
})

const WHOLE = [
  'operator:\n',
  'services: {web: {init: true, image: nginx}}',
  'include: base.yaml',
  'include: [base.yaml, {url: "https://a.example/x.yaml", keys: [abc]}]',
  'services: {web: {health: [{tool: x, port: 80}]}}',
  'services: {web: {x-mine: {a: [1]}}}\nx-mine: 1',
]
const SLIPS: readonly (readonly [text: string, problem: string])[] = [
  ['operater: {}', ' additionalProperties'],
  ['operator: {repo: {}}', '/operator additionalProperties'],
  ['operator: {repos: {core: {ulr: x}}}', '/operator/repos/core additionalProperties'],
  ['operator: {repos: [1]}', '/operator/repos type'],
  ['services: {web: {health: {tool: x}}}', '/services/web/health type'],
  ['[1]', ' type'],
]

test('short forms and keys of others are taken, and a slip is named where it is', () => {
  for (const text of WHOLE) assert.deepEqual(problemsOf(text), [], text)
  for (const [text, problem] of SLIPS) assert.ok(problemsOf(text).includes(problem), `${text}: ${problemsOf(text)}`)
})
