// A service plugin of the Open Component Model: what it serves, in one place. `main` is the program, `serve` runs it in this process.
import { capabilitiesOf } from './capabilities.ts'
import { endpointsOf } from './endpoints.ts'
import { runServiceProgram } from './main.ts'
import type { ServiceDefinition, ServicePlugin } from './service-plugin.ts'

/** Throws a TypeError for a definition that no host could use. */
export function definePlugin(definition: ServiceDefinition): ServicePlugin {
  const { name, version, summary, serves, config = [] } = definition
  if (serves.length === 0) throw new TypeError(`${name} serves nothing: expected at least one type of one capability`)
  const endpoints = endpointsOf(serves)
  const plugin: ServicePlugin = {
    name,
    version,
    summary,
    capabilities: () => capabilitiesOf(serves, config),
    // A plugin that is only asked what it can do needs no server.
    serve: async (start, log) => (await import('./serve.ts')).serve({ ...definition, endpoints }, start, log),
    main: () => runServiceProgram(plugin),
  }
  return plugin
}
