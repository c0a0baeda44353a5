// The config that an operator is given, valid until a test changes one thing.
import type { OperatorCall, OperatorConfig } from '../../../sdk/operator/index.ts'
import { parseOperatorConfig } from '../../../sdk/operator/index.ts'

export function anOperatorConfig(more: Readonly<Record<string, unknown>> = {}): OperatorConfig {
  const web = { image: 'acme/web:2', octocompose: { health: [{ tool: 'check-tcp', args: { port: 8080 } }] } }
  return parseOperatorConfig(
    JSON.stringify({ name: 'shop', octoctl: {}, configs: {}, services: { web }, repos: {}, ...more }),
  )
}

/** The config with one service. */
export function withService(service: Readonly<Record<string, unknown>>): OperatorConfig {
  return anOperatorConfig({ services: { web: { image: 'acme/web:2', ...service } } })
}

export function anOperatorCall(call: Partial<OperatorCall> & Pick<OperatorCall, 'word'>): OperatorCall {
  return {
    ...{ args: [], dryRun: false, follow: false, logLevel: 'info', folder: '/state', projectFolder: '/project' },
    config: anOperatorConfig(),
    note: () => undefined,
    ...call,
  }
}
