// /.well-known/octo.json: what a registry is and where its parts are.
import { z } from 'zod'
import { parseJson } from './json.ts'
import { LIMITS } from './limits.ts'
import { parseShape } from './shape.ts'
import { nameShape, sizeShape } from './shapes.ts'

export const DISCOVERY_FORMAT = 'octo.discovery/v1'

export const discoveryShape = z.object({
  format: z.literal(DISCOVERY_FORMAT),
  /** Write API below this path; absent on a static host. */
  api: z.object({ version: z.literal('v1'), base: z.string().max(200) }).optional(),
  repos: z.array(z.object({ name: nameShape, url: z.string().max(300) })).max(10_000),
  limits: z.object({ artifactBytes: sizeShape, releaseBytes: sizeShape }).optional(),
})

export type Discovery = z.output<typeof discoveryShape>

export function parseDiscovery(text: string, name: string): Discovery {
  return parseShape(discoveryShape, parseJson(text, name, LIMITS.discoveryBytes), { name })
}
