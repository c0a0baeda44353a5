// The JSON Schemas of octo.yaml and plugin.yaml at the same place in every tree, by which editors complete such files. They decide
// nothing: what octo takes is what it reads.
import configSchema from '../../schemas/json/config.schema.json' with { type: 'json' }
import manifestSchema from '../../schemas/json/manifest.schema.json' with { type: 'json' }
import { CONFIG_SCHEMA_PATH, MANIFEST_SCHEMA_PATH } from '../paths.ts'
import type { TreeFile } from '../record.ts'

export function renderSchemas(): readonly TreeFile[] {
  return [
    { path: CONFIG_SCHEMA_PATH, bytes: asText(configSchema) },
    { path: MANIFEST_SCHEMA_PATH, bytes: asText(manifestSchema) },
  ]
}

function asText(schema: object): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`
}
