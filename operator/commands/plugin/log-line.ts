// A line that a service plugin printed, for people.
import type { PluginLine } from '../../ocm/instance/lines.ts'

export function logLine({ plugin, level, message, attributes = {} }: PluginLine): string {
  const more = Object.entries(attributes).map(([name, value]) => ` ${name}=${value}`)
  return `${plugin}: ${level}: ${message}${more.join('')}`
}
