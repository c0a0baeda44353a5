// `configs` of a service as the file that it is handed, with the secrets that its sources put into it. Pure.
import type { ServiceSpec } from '../../../config/model/service-spec.ts'
import { coded } from '../../../schemas/errors.ts'
import { isMap } from '../../../schemas/is-map.ts'
import { quote } from '../../../schemas/quote.ts'

type Map = { [key: string]: unknown }

/** JSON, which is YAML too. Throws CONFIG_INVALID for a secret below something that is no map. */
export function configText(
  { value }: NonNullable<ServiceSpec['configFile']>,
  secrets: Readonly<Record<string, string>> = {},
): string {
  const config = structuredClone(value ?? {})
  for (const [path, secret] of Object.entries(secrets)) put(config, path, secret)
  return `${JSON.stringify(config, null, 2)}\n`
}

function put(config: unknown, path: string, secret: string): void {
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  let at = mapAt(config, path)
  for (const step of steps) {
    if (!Object.hasOwn(at, step)) at[step] = {}
    at = mapAt(at[step], path)
  }
  at[last] = secret
}

function mapAt(value: unknown, path: string): Map {
  if (isMap(value)) return value as Map
  throw coded('CONFIG_INVALID', {
    message: `a secret is to stand at ${quote(path)} in the config of the service, and what is above it is no map`,
  })
}
