// What the stack is told: options first, then the environment.
import { checkout } from '../settings.ts'

type StackSettings = {
  /** Folder of the checkout. */
  readonly root: string
  /** Goes on running until Ctrl-C. */
  readonly keep: boolean
  /** Folder of the programs of PostgreSQL, or `none`; looked for when absent. */
  readonly postgres: string | undefined
}

export type StackOptions = { readonly keep?: boolean; readonly postgres?: string }

/** Of the repo `core` the checks, the notifier and the source of secrets; of the repo `shop` the API. */
export const STACK_PLUGINS = [
  'plugins/check-tcp',
  'plugins/check-tcp-port',
  'plugins/check-server-url',
  'plugins/check-grpc',
  'plugins/smtp',
  'plugins/vault-client',
  'examples/stack/api',
] as const

export function readStackSettings(
  { keep = false, postgres }: StackOptions,
  env: Readonly<Record<string, string | undefined>>,
): StackSettings {
  return { root: checkout(), keep, postgres: postgres ?? (env.OCTO_STACK_POSTGRES || undefined) }
}
