// The schema of the Compose specification: test/fixtures/compose-spec/NOTICE says whose it is.
import { readFileSync } from 'node:fs'
import { Ajv2019 } from 'ajv/dist/2019.js'
import formats from 'ajv-formats'

/** It gives some schemas the `id` of an older draft. */
const schema = JSON.parse(
  readFileSync(new URL('../../fixtures/compose-spec/compose-spec.schema.json', import.meta.url), 'utf8'),
  (key, value) => (key === 'id' && typeof value === 'string' ? undefined : value),
)
const ajv = new Ajv2019({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addFormat('duration', /^([0-9.]+(us|ms|s|m|h|d|w))+$/)
const isCompose = ajv.compile(schema)

/** What is wrong with a Compose file; nothing where it is right. */
export function composeProblems(file: unknown): readonly string[] {
  return isCompose(file)
    ? []
    : (isCompose.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
