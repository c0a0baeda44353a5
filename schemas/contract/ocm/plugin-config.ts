// The config that a plugin is started with, as the one argument of `--config`. Everybody on the machine can read it there: nothing
// that is secret belongs into it.
import { z } from 'zod'
import { canonicalJson } from '../../canonical-json.ts'
import { LONGEST_TIMER_MS } from '../../duration.ts'
import { parseJson } from '../../json.ts'
import { parseShape } from '../../shape.ts'
import type { Typed } from './type-name.ts'
import { typedShape } from './type-name.ts'

const NS_PER_MS = 1_000_000
/** Linux takes one argument of 131 071 bytes. */
const MAX_CONFIG_BYTES = 131_071

const configShape = z.looseObject({
  id: z.string().min(1),
  /** How the plugin is to listen: on a Unix socket, or on TCP at the loopback. */
  type: z.enum(['unix', 'tcp']),
  pluginType: z.string().optional(),
  /** Go's Duration: nanoseconds. The plugin stops itself after so long without work; after an hour when absent. */
  idleTimeout: z.number().min(0).nullish(),
  /** Configurations of the types that the plugin wants, in their order. */
  configTypes: z.array(typedShape).nullish(),
  /** Path of a document with more of them, which only the plugin's user can read; plugins that know nothing of it pass over it. */
  configFile: z.string().startsWith('/').nullish(),
})

const fileShape = z.looseObject({ configTypes: z.array(typedShape) })
const MAX_FILE_BYTES = 4 * 1024 * 1024

export type PluginConfig = {
  readonly id: string
  readonly type: 'unix' | 'tcp'
  /** Absent: the plugin's own default. */
  readonly idleTimeoutMs?: number
  readonly configTypes: readonly Typed[]
  readonly configFile?: string
}

/** Reads the argument; throws JSON_INVALID, LIMIT_EXCEEDED or FORMAT_INVALID, and repeats no value. */
export function parsePluginConfig(text: string): PluginConfig {
  // Managers of Go write 64 bits of nanoseconds, and what JavaScript cannot hold to the last of them is long enough anyway.
  const found = parseJson(text, '--config', MAX_CONFIG_BYTES, { numbers: 'rounded' })
  const { id, type, idleTimeout, configTypes, configFile } = parseShape(configShape, found, { name: '--config' })
  return {
    id,
    type,
    configTypes: configTypes ?? [],
    ...(configFile ? { configFile } : {}),
    ...(typeof idleTimeout === 'number' ? { idleTimeoutMs: Math.min(idleTimeout / NS_PER_MS, LONGEST_TIMER_MS) } : {}),
  }
}

/** The argument as OCM's own manager writes it; where there is a file of configurations, with its path behind. */
export function renderPluginConfig({ id, type, idleTimeoutMs, configTypes, configFile }: PluginConfig): string {
  const idle =
    idleTimeoutMs === undefined ? undefined : Math.round(Math.min(idleTimeoutMs, LONGEST_TIMER_MS) * NS_PER_MS)
  const known = JSON.stringify({ id, type, pluginType: '', idleTimeout: idle })
  const more = [
    ...(configTypes.length > 0 ? [`"configTypes":${canonicalJson(configTypes)}`] : []),
    ...(configFile === undefined ? [] : [`"configFile":${JSON.stringify(configFile)}`]),
  ]
  return [known.slice(0, -1), ...more].join(',').concat('}')
}

/** The text of a file of configurations. */
export function renderConfigFile(configTypes: readonly Typed[]): string {
  return canonicalJson({ configTypes })
}

/** Throws JSON_INVALID, LIMIT_EXCEEDED or FORMAT_INVALID, and repeats no value. */
export function parseConfigFile(text: string): readonly Typed[] {
  const found = parseJson(text, 'the file of configurations', MAX_FILE_BYTES, { numbers: 'rounded' })
  return parseShape(fileShape, found, { name: 'the file of configurations' }).configTypes
}
