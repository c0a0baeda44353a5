// The mail that tells a notification: its text as it stands where every mail server takes it so, so that it can be read and searched
// without a program, else in base64.
import type { Notification } from '../../sdk/index.ts'
import { invalidOptions } from '../../sdk/index.ts'
import type { Mailbox } from './address.ts'
import { isAscii } from './address.ts'
import { encodedText, headerField, mailboxes } from './header.ts'

type Mail = {
  readonly messageId: string
  /** With CRLF line ends, and no dot added yet. */
  readonly text: string
}

const HAPPENED: Readonly<Record<Notification['kind'], string>> = {
  failed: 'failed',
  resolved: 'is well again',
  started: 'was started',
  stopped: 'was stopped',
  crashed: 'crashed',
  'gave-up': 'is not started any more',
}

export function renderMail(notification: Notification, from: Mailbox, to: readonly Mailbox[]): Mail {
  const messageId = messageIdOf(notification.id, from)
  const first = notification.follows === undefined ? undefined : messageIdOf(notification.follows, from)
  const head = [
    headerField('Date', [mailDate(notification.at)]),
    headerField('From', mailboxes([from])),
    headerField('To', mailboxes(to)),
    headerField('Subject', encodedText(notification.title ?? subjectOf(notification))),
    headerField('Message-ID', [messageId]),
    ...(first === undefined ? [] : [headerField('In-Reply-To', [first]), headerField('References', [first])]),
    headerField('Auto-Submitted', ['auto-generated']),
    headerField('MIME-Version', ['1.0']),
    headerField('Content-Type', ['text/plain; charset=utf-8']),
  ]
  const { encoding, lines } = encodedBody(bodyOf(notification).split(/\r\n|\r|\n/))
  const text = [...head, headerField('Content-Transfer-Encoding', [encoding]), '', ...lines, ''].join('\r\n')
  return { messageId, text }
}

/** A line of a mail has at most 998 bytes, and what more than ASCII does to a server on the way is not known. */
const MAX_PLAIN_LINE = 900

function encodedBody(lines: readonly string[]): {
  readonly encoding: '7bit' | 'base64'
  readonly lines: readonly string[]
} {
  if (lines.every((line) => isAscii(line) && line.length <= MAX_PLAIN_LINE)) return { encoding: '7bit', lines }
  const body = Buffer.from(`${lines.join('\r\n')}\r\n`).toString('base64')
  return { encoding: 'base64', lines: body.match(/.{1,76}/g) ?? [] }
}

/** A dot at the beginning of a line would end the mail there. */
export function dotStuffed(text: string): string {
  return text.replace(/^\./gm, '..')
}

/** `[shop] api: check-grpc failed (3 events)`. */
function subjectOf({ project, service, check, kind, count }: Notification): string {
  const what = [service, check].filter((part) => part !== undefined)
  const happened = HAPPENED[kind] ?? kind
  return `[${project}] ${what.length > 0 ? `${what.join(': ')} ` : ''}${happened}${count > 1 ? ` (${count} events)` : ''}`
}

function bodyOf(notification: Notification): string {
  const { message, project, service, check, status, since, count, host } = notification
  const rows = { project, service, check, status, since, events: count > 1 ? String(count) : undefined, host }
  const lines = Object.entries(rows).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(8)} ${value}`],
  )
  return `${message.toWellFormed()}\n\n${lines.join('\n')}`
}

/** The same for each try, so that a receiver sees one mail. */
function messageIdOf(id: string, { domain }: Mailbox): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id)) throw invalidOptions('the `id` of the notification is of no use')
  return `<${id}@${domain.startsWith('[') ? 'octo.invalid' : domain}>`
}

function mailDate(text: string): string {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw invalidOptions('`at` of the notification is no time')
  return date.toUTCString().replace('GMT', '+0000')
}
