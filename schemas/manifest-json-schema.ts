// plugin.yaml as a JSON Schema, for editors.
import { z } from 'zod'
import { manifestShape } from './manifest.ts'

/** JSON Schema 2020-12. */
export function manifestJsonSchema(): object {
  return { title: 'plugin.yaml', ...z.toJSONSchema(manifestShape, { io: 'input', unrepresentable: 'any' }) }
}
