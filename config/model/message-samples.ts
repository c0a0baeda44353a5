// What templates of notifications see, as every kind of notification would show it: a template that asks for something else is
// refused when the config is read, and not when the first service fails.
import { NOTIFICATION_KINDS } from '../../schemas/contract/notification.ts'
import type { MessageFacts } from '../document/message-template.ts'

/** One thing that happened. Texts that mean nothing here are empty. */
export type MessageEvent = Readonly<
  Record<'kind' | 'severity' | 'service' | 'instance' | 'check' | 'status' | 'message' | 'since' | 'at', string>
>

export type MessageOf = Omit<MessageEvent, 'instance'> & {
  readonly project: string
  readonly host: string
  /** How many events this stands for. */
  readonly count: number
  /** How many events before could not be told. */
  readonly lost: number
  /** The last of them, in their order. */
  readonly events: readonly MessageEvent[]
}

const TIME = '2026-11-26T09:00:31Z'
const EVENT: MessageEvent = {
  kind: 'failed',
  severity: 'critical',
  service: 'web',
  instance: 'web.1',
  check: '',
  status: '',
  message: 'exited with 1',
  since: TIME,
  at: TIME,
}

function aMessage(events: readonly MessageEvent[], lost: number): MessageOf {
  const { instance: _, ...first } = events[0] ?? EVENT
  return { ...first, project: 'shop', host: 'node-1', count: events.length, lost, events }
}

const SAMPLES: readonly MessageOf[] = NOTIFICATION_KINDS.flatMap((kind) => [
  aMessage([{ ...EVENT, kind }], 0),
  aMessage([{ ...EVENT, kind, check: 'check-tcp', status: 'critical' }], 1),
  aMessage([{ ...EVENT, kind, service: '', instance: '' }, EVENT], 0),
])

export const MESSAGE_SAMPLES: readonly MessageFacts[] = SAMPLES
