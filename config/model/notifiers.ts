// Reads `notifications`: who is told of what. Only local documents say it, and no part from elsewhere goes into an argument: it
// could send the password of a mail server somewhere else. Answers THREATS.md: elsewhere adds, it decides nothing.
import { DAY_MS, HOUR_MS, parseDuration } from '../../schemas/duration.ts'
import { throwDefect } from '../../schemas/errors.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import { fieldOf, fieldUnder, namedEntries } from '../document/field-of.ts'
import type { FieldName } from '../document/fields.ts'
import { invalid } from '../document/invalid.ts'
import type { MessageTemplate } from '../document/message-template.ts'
import { parseMessage } from '../document/message-template.ts'
import type { MapNode, TreeNode } from '../document/node.ts'
import { isEmpty, isRemote, placeOf, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import { refused } from '../document/refused.ts'
import { readBoolean, readDuration } from '../document/scalars.ts'
import type { TemplateVariables } from '../document/template.ts'
import type { Warnings } from '../document/warnings.ts'
import { attempt } from '../document/warnings.ts'
import { NOTHING, readArguments } from './arguments.ts'
import { MESSAGE_SAMPLES } from './message-samples.ts'
import type { NotifierConfig, Severity } from './notifier-config.ts'
import { NOTIFIED_KINDS, SEVERITIES } from './notifier-config.ts'
import { parsePluginRequest } from './plugin-request.ts'
import type { ReadRequest } from './services.ts'

type Reading = {
  readonly variables: TemplateVariables
  readonly warnings: Warnings
  /** Names of the services of the config. */
  readonly services: readonly string[]
}

type ReadNotifier = { readonly item: NotifierConfig; readonly tool: TreeNode }

const MAX_NOTIFIERS = 16
const DEFAULT_GROUP_MS = 5000
const DEFAULT_LIMIT = { count: 20, perMs: HOUR_MS }

/** Those that are switched on, each with a name of its own; throws CONFIG_INVALID. `root` is of local documents alone. */
export function readNotifiers(root: TreeNode | undefined, reading: Reading): readonly ReadNotifier[] {
  const lists = [
    fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'notifications'),
    fieldOf(fieldOf(root, 'config', 'octoctl'), 'octoctl', 'notifications'),
  ]
  const written = lists.flatMap(itemsOf)
  const extra = written[MAX_NOTIFIERS]
  if (extra) throw invalid(extra.node, `more than ${MAX_NOTIFIERS} notifiers`)
  const read = written.flatMap((one) => attempt(reading.warnings, () => readNotifier(one, reading)) ?? [])
  return withOwnNames(read)
}

type Written = { readonly node: TreeNode; readonly name?: string }

function itemsOf(list: TreeNode | undefined): readonly Written[] {
  if (isEmpty(list)) return []
  if (list.kind === 'list') return list.items.map((node) => ({ node }))
  return namedEntries(list).map(([name, node]) => ({ name, node }))
}

function readNotifier({ node, name }: Written, reading: Reading): readonly ReadNotifier[] {
  // The table keeps fetched documents from it; this is asked once more.
  if (isRemote(node)) throw refused(node, 'say who is told of what happens')
  if (node.kind !== 'map')
    throw invalid(node, 'a notifier is a map with `notifier` and `args`', {
      hint: 'write `{notifier: smtp, args: {server: mail.example.com, from: octo@example.com, to: ops@example.com}}`',
    })
  if (!readBoolean(fieldOf(node, 'notification', 'enabled'), 'enabled', true)) return []
  if (readBoolean(fieldOf(node, 'notification', 'disabled'), 'disabled', false)) return []
  const { variables, warnings } = reading
  const each = <Value>(read: () => Value) => attempt(warnings, read)
  const named = each(() => requestOf(node, name))
  const events = each(() => wordsAt(node, 'events', NOTIFIED_KINDS))
  const services = each(() => servicesOf(node, reading.services))
  const timeoutMs = each(() => durationAt(node, 'timeout', { min: 100, max: HOUR_MS }))
  const args = each(() => readArguments(node, { variables, warnings, shape: 'notification', isOwn: true })) ?? NOTHING
  const severity = each(() => severityOf(node)) ?? (events === undefined ? 'warning' : 'info')
  const groupMs = each(() => durationAt(node, 'group', { min: 0, max: HOUR_MS })) ?? DEFAULT_GROUP_MS
  const limit = each(() => limitOf(fieldOf(node, 'notification', 'limit'))) ?? DEFAULT_LIMIT
  const subject = each(() => messageAt(node, 'subject'))
  const body = each(() => messageAt(node, 'body'))
  if (!named) return []
  const { tool, request } = named
  const item: NotifierConfig = {
    name: name ?? request.plugin,
    request,
    place: placeOf(node),
    arguments: args,
    ...omitUndefined({ services, events }),
    severity,
    groupMs,
    limit,
    ...omitUndefined({ timeoutMs }),
    ...subject,
    ...body,
  }
  return [{ item, tool }]
}

function requestOf(node: MapNode, name: string | undefined): ReadRequest['item'] & { readonly tool: TreeNode } {
  const tool = fieldUnder(node, 'notification', ['notifier', 'tool'])
  if (tool) requireOneReading(tool)
  const text = isEmpty(tool) ? name : tool.kind === 'scalar' ? textOf(tool) : undefined
  if (text === undefined) throw invalid(tool ?? node, 'a notifier does not name its plugin, expected `notifier: NAME`')
  try {
    return { request: parsePluginRequest(text), tool: tool ?? node }
  } catch (cause) {
    throwDefect(cause)
    throw invalid(tool ?? node, `\`notifier\`: ${cause.message}`, {
      cause,
      hint: cause.hint,
    })
  }
}

type Key = FieldName<'notification'>

/** Words of a closed list, each once. */
function wordsAt<Word extends string>(node: MapNode, key: Key, known: readonly Word[]): readonly Word[] | undefined {
  return textsAt(node, key)?.map(({ text, item }) => {
    const word = known.find((one) => one === text)
    if (word !== undefined) return word
    const nearest = nearestWord(text, known)
    throw invalid(item, `\`${key}\` names ${quote(text)}, expected ${known.map(quote).join(', ')}`, {
      ...(nearest === undefined ? {} : { hint: `did you mean ${quote(nearest)}?` }),
    })
  })
}

/** A name that is none would be silent for ever. */
function servicesOf(node: MapNode, known: readonly string[]): readonly string[] | undefined {
  return textsAt(node, 'services')?.map(({ text, item }) => {
    if (known.includes(text)) return text
    const nearest = nearestWord(text, known)
    throw invalid(item, `\`services\` names ${quote(text)}, which is no service of the config`, {
      hint: nearest === undefined ? 'take it away, or leave `services` out for all' : `did you mean ${quote(nearest)}?`,
    })
  })
}

function textsAt(node: MapNode, key: Key) {
  const written = fieldOf(node, 'notification', key)
  if (isEmpty(written)) return undefined
  const items = written.kind === 'list' ? written.items : [written]
  if (items.length === 0) throw invalid(written, `\`${key}\` is an empty list, leave it out instead`)
  return items.map((item) => {
    requireOneReading(item)
    if (item.kind !== 'scalar' || isEmpty(item)) throw invalid(item, `\`${key}\` holds something that is no name`)
    return { text: textOf(item), item }
  })
}

function severityOf(node: MapNode): Severity | undefined {
  const [severity, second] = wordsAt(node, 'severity', SEVERITIES) ?? []
  if (second === undefined) return severity
  throw invalid(node, '`severity` is the least that is told, expected one word')
}

function durationAt(node: MapNode, key: Key, bounds: { readonly min: number; readonly max: number }) {
  return readDuration(fieldOf(node, 'notification', key), key, bounds)
}

function limitOf(node: TreeNode | undefined): NotifierConfig['limit'] {
  if (isEmpty(node)) return DEFAULT_LIMIT
  requireOneReading(node)
  const text = node.kind === 'scalar' ? textOf(node) : ''
  const [, digits = '', time = ''] = /^([1-9][0-9]{0,3})\/(.+)$/.exec(text) ?? []
  const perMs = parseDuration(time)
  if (perMs !== undefined && perMs >= 1000 && perMs <= DAY_MS) return { count: Number(digits), perMs }
  throw invalid(node, `\`limit\` is ${quote(text)}, expected messages and a time from 1s to 24h, such as \`20/1h\``)
}

function messageAt<Of extends 'subject' | 'body'>(node: MapNode, key: Of): { readonly [key in Of]?: MessageTemplate } {
  const written = fieldOf(node, 'notification', key)
  if (isEmpty(written)) return {}
  if (written.kind !== 'scalar') throw invalid(written, `\`${key}\` is no text`)
  const found = { [key]: parseMessage({ ...written, value: textOf(written) }, MESSAGE_SAMPLES) }
  return found as { readonly [key in Of]?: MessageTemplate }
}

/** What is kept between two starts is kept under the name. */
function withOwnNames(read: readonly ReadNotifier[]): readonly ReadNotifier[] {
  const taken = new Set<string>()
  return read.map(({ item, tool }) => {
    let name = item.name
    for (let count = 2; taken.has(name); count++) name = `${item.name}-${count}`
    taken.add(name)
    return { item: { ...item, name }, tool }
  })
}
