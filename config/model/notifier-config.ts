// Who is told of what, as a config says it.
import type { Notification } from '../../schemas/contract/notification.ts'
import { NOTIFICATION_KINDS } from '../../schemas/contract/notification.ts'
import type { MessageTemplate } from '../document/message-template.ts'
import type { Place } from '../document/node.ts'
import type { CheckArguments, PluginRequest } from './asked-plugin.ts'

export type NotifiedKind = Notification['kind']
export const NOTIFIED_KINDS: readonly NotifiedKind[] = NOTIFICATION_KINDS

/** From the least. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

export type NotifierConfig = {
  /** Its own in the config: the key of a map, or its plugin, counted where there are several. */
  readonly name: string
  readonly request: PluginRequest
  readonly arguments: CheckArguments
  /** All when absent. */
  readonly services?: readonly string[]
  /** All when absent. */
  readonly events?: readonly NotifiedKind[]
  /** The least that is told. */
  readonly severity: Severity
  /** How long is waited for what else happens. */
  readonly groupMs: number
  readonly limit: { readonly count: number; readonly perMs: number }
  readonly timeoutMs?: number
  readonly subject?: MessageTemplate
  readonly body?: MessageTemplate
  readonly place: Place
}
