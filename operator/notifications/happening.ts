// What those tell who watch services and checks: that something is wrong, or well again, or was started or stopped. Whether
// anybody is sent a message of it is for others to decide.
import type { NotifiedKind, Severity } from '../../config/model/notifier-config.ts'
import type { CheckStatus } from '../../schemas/check-result.ts'

/** What something is about; all of it is its name. */
export type About = {
  readonly service?: string | undefined
  /** `web.2` of a service with replicas. */
  readonly instance?: string | undefined
  readonly check?: string | undefined
}

export type Happening = About & {
  /** `well`: whatever was wrong with it is not any more. Nothing was wrong: nothing has happened. */
  readonly kind: Exclude<NotifiedKind, 'resolved'> | 'well'
  /** Of a check. */
  readonly status?: CheckStatus
  /** One sentence for people. */
  readonly message: string
  /** Of `well`: only when nothing else was told of it for as long. */
  readonly holdMs?: number
}

export function nameOf({ service = '', instance = '', check = '' }: About): string {
  return [service, instance, check].map((text) => encodeURIComponent(text.toWellFormed())).join('/')
}

/** A service that will be started again is as down as one that will not. */
export function severityOf({ kind, status }: Pick<Happening, 'status'> & { readonly kind: NotifiedKind }): Severity {
  if (kind === 'started' || kind === 'stopped') return 'info'
  return status === undefined || status === 'critical' ? 'critical' : 'warning'
}
