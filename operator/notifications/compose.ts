// From what is to be told to one notification: its text, by the template of the config where there is one, and what it follows.
import { renderMessage } from '../../config/document/message-template.ts'
import type { MessageEvent, MessageOf } from '../../config/model/message-samples.ts'
import type { NotifierConfig } from '../../config/model/notifier-config.ts'
import type { Notification } from '../../schemas/contract/notification.ts'
import { throwDefect } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { printable } from '../../schemas/quote.ts'
import { standing } from './standing.ts'
import type { News } from './state.ts'
import { titleOf } from './title.ts'

export type Facts = {
  readonly project: string
  readonly host: string
  /** The command lines that show more of a service, or of the project; none where it is told elsewhere what to type. */
  readonly next?: ((service: string) => readonly string[]) | undefined
}

type Wanted = Facts & {
  readonly id: string
  readonly at: string
  /** The last of them, in their order. */
  readonly news: readonly News[]
  readonly count: number
  readonly lost: number
  readonly templates: Pick<NotifierConfig, 'subject' | 'body'>
}

type Composed = {
  readonly notification: Notification
  /** Why a template could not be used. */
  readonly problem?: string
}

const MAX_TITLE = 300
const MAX_MESSAGE = 16 * 1024

export function composeNotification(wanted: Wanted): Composed {
  const { id, at, news, count, templates, next } = wanted
  const message = messageOf(wanted)
  const { service, check, status, since, kind, project, host } = message
  const first = commonOf(news, (one) => one.first)
  const several = titleOf(project, news)
  const notification: Notification = {
    id,
    kind: kind as Notification['kind'],
    project,
    since,
    at,
    count,
    host,
    ...(service === '' ? {} : { service }),
    ...(check === '' ? {} : { check }),
    ...(status === '' ? {} : { status: status as Notification['status'] & string }),
    ...omitUndefined({ follows: first }),
    ...(several === undefined ? {} : { title: printable(several, MAX_TITLE) }),
    message: plainText(message, PROBLEMS.has(kind) ? (next?.(service) ?? []) : []),
  }
  try {
    const { subject, body } = templates
    const title = subject && printable(renderMessage(subject, message).trim().replace(/\s+/g, ' '), MAX_TITLE)
    const text = body && renderMessage(body, message)
    return {
      notification: {
        ...notification,
        ...(title ? { title } : {}),
        ...(text === undefined ? {} : { message: safeText(text) }),
      },
    }
  } catch (error) {
    throwDefect(error)
    return { notification, problem: error.message }
  }
}

/** What templates see; what differs between the events is empty. */
function messageOf({ news, count, lost, project, host, at }: Wanted): MessageOf {
  const told = standing(news)
  const common = (key: 'service' | 'check' | 'status') => commonOf(news, (one) => one[key]) ?? ''
  const events = news.map(
    ({ kind, severity, service = '', instance = '', check = '', status = '', message, since, at }): MessageEvent => {
      return { kind, severity, service, instance, check, status, message, since, at }
    },
  )
  return {
    project,
    host,
    at,
    count,
    lost,
    events,
    kind: told.kind,
    severity: told.severity,
    since: told.since,
    service: common('service'),
    check: common('check'),
    status: common('status'),
    message: told.message,
  }
}

/** Undefined unless all say the same. */
function commonOf(news: readonly News[], read: (one: News) => string | undefined): string | undefined {
  const [first, ...others] = new Set(news.map(read))
  return others.length > 0 ? undefined : first
}

/** What asks for somebody who looks. */
const PROBLEMS: ReadonlySet<string> = new Set(['failed', 'crashed', 'gave-up'])

function plainText({ events, count, lost }: MessageOf, next: readonly string[]): string {
  const lines = events.map((one) => (events.length > 1 ? `${one.at} ${lineOf(one)}` : lineOf(one)))
  const before = count - events.length
  return safeText(
    [
      ...(before > 0 ? [`${before} earlier events are left out`] : []),
      ...lines,
      ...(lost > 0 ? [`${lost} ${lost === 1 ? 'event' : 'events'} before could not be told`] : []),
      ...(next.length > 0 ? ['', ...next] : []),
    ].join('\n'),
  )
}

/** `web.1: crashed: exited with 1`, `web.1: check-tcp: warn: slow`. */
function lineOf({ service, instance, check, kind, status, message }: MessageEvent): string {
  const what = kind === 'failed' && status !== '' ? status : kind
  return [instance || service, check, what, message].filter((part) => part !== '').join(': ')
}

function safeText(text: string): string {
  const whole = text.toWellFormed().replaceAll('\0', '')
  return whole.length > MAX_MESSAGE ? `${whole.slice(0, MAX_MESSAGE - 1).toWellFormed()}…` : whole
}
