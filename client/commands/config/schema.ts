// `octo config schema`: what editors need to complete octo.yaml and plugin.yaml.
import { configJsonSchema } from '../../../config/document/json-schema.ts'
import { coded } from '../../../schemas/errors.ts'
import { ownValue } from '../../../schemas/own-value.ts'
import { quote } from '../../../schemas/quote.ts'
import type { Run } from '../../../terminal/program.ts'

const SCHEMAS: Readonly<Record<string, () => object | Promise<object>>> = {
  'octo.yaml': configJsonSchema,
  'plugin.yaml': manifestJsonSchema,
}

export async function schemaCommand({ args: [file = 'octo.yaml'], terminal }: Run<object>): Promise<number> {
  const schema = ownValue(SCHEMAS, file)
  if (!schema)
    throw coded('USAGE', {
      message: `there is no schema of ${quote(file)}, expected ${Object.keys(SCHEMAS).map(quote).join(' or ')}`,
    })
  terminal.print(JSON.stringify(await schema(), null, 2))
  return 0
}

async function manifestJsonSchema(): Promise<object> {
  const { manifestJsonSchema: schemaOf } = await import('../../../schemas/manifest-json-schema.ts')
  return schemaOf()
}
