// `octo cache`: how large the store is, when it last made room by itself, and what it would remove now.
import { isCoded } from '../../schemas/errors.ts'
import { printable } from '../../schemas/quote.ts'
import type { Terminal } from '../../terminal/index.ts'
import { count, errorToJson, formatBytes } from '../../terminal/index.ts'
import { cacheLimitOf } from '../store/cache-limit.ts'
import type { CollectionNote } from '../store/collection-note.ts'
import { readCollection } from '../store/collection-note.ts'
import type { ExaminedShared } from '../store/examine-store.ts'
import { examineShared } from '../store/examine-store.ts'
import type { Room } from '../store/keep-small.ts'
import { planRoom } from '../store/keep-small.ts'
import type { Layout } from '../store/layout.ts'
import { isOpenToReaders } from '../store/open-to-readers.ts'
import { sharedRootOf } from '../store/root.ts'
import { weighStore } from '../store/weigh-store.ts'

type Environment = Readonly<Record<string, string | undefined>>

export function cacheSummary(layout: Layout, env: Environment, terminal: Terminal): number {
  const limit = cacheLimitOf(env)
  if (isCoded(limit)) throw limit
  const last = readCollection(layout)
  const weight = weighStore(layout, last?.sizes)
  const next =
    limit === undefined || isOpenToReaders(layout)
      ? undefined
      : planRoom(layout, { limitBytes: limit, now: Date.now() })
  const shared = examineShared(layout.root, sharedRootOf(env))
  terminal.result({
    json: {
      root: layout.root,
      artifacts: weight.artifacts.length,
      bytes: weight.bytes,
      limitBytes: limit ?? null,
      shared: shared ?? null,
      last: last ? { at: new Date(last.at).toISOString(), removed: last.removed, bytes: last.removedBytes } : null,
      next: nextToJson(next),
    },
    text: () =>
      [
        `store: ${printable(layout.root, 500)}, ${count(weight.artifacts.length, 'artifact')}, ${formatBytes(weight.bytes)}`,
        ...(shared ? [`shared store: ${sharedText(shared)}`] : []),
        `limit: ${limit === undefined ? 'off' : formatBytes(limit)}${env.OCTO_CACHE_LIMIT ? ', as OCTO_CACHE_LIMIT says' : ''}`,
        `last made room: ${lastText(last)}`,
        `would remove now: ${nextText(next, layout)}`,
      ].join('\n'),
  })
  return 0
}

function sharedText(shared: ExaminedShared): string {
  if (shared.state === 'usable') return `${printable(shared.root, 500)}, ${count(shared.artifacts, 'artifact')}`
  return `${printable(shared.root, 500)} is passed over: it ${printable(shared.problem, 500)}`
}

function lastText(last: CollectionNote | undefined): string {
  if (!last) return 'never'
  const when = new Date(last.at).toISOString().slice(0, 16).replace('T', ' ')
  return `${when} UTC, removed ${count(last.removed, 'artifact')}, ${formatBytes(last.removedBytes)}`
}

function nextText(next: Room | undefined, layout: Layout): string {
  if (!next) return isOpenToReaders(layout) ? 'nothing, as other users read this store' : 'nothing, as it is off'
  if ('error' in next) return `nothing, as ${printable(next.error.message, 500)}`
  const bytes = next.removable.reduce((sum, one) => sum + one.bytes, 0)
  return next.removable.length === 0 ? 'nothing' : `${count(next.removable.length, 'artifact')}, ${formatBytes(bytes)}`
}

function nextToJson(next: Room | undefined) {
  if (!next) return null
  if ('error' in next) return { removable: [], ...errorToJson(next.error) }
  return {
    removable: next.removable.map(({ digest, bytes, lastUse }) => {
      return { digest, bytes, lastUse: new Date(lastUse).toISOString() }
    }),
  }
}
