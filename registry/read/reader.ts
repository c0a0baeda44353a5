// Answers GET and HEAD of the static tree, in front of the framework: what was read lately comes from memory, with headers
// made once; large files that few ask for come from the tree. No database, no framework, no work per request but a look-up.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { coded } from '../../schemas/errors.ts'
import { ByteCache } from './byte-cache.ts'
import type { Entry, Served } from './load-file.ts'
import { loadEntry } from './load-file.ts'
import { explainAbsence } from './not-found.ts'
import { sendFromMemory, sendFromTree } from './send-entry.ts'
import type { TreePath } from './tree-path.ts'
import { isTreeAddress, parseTreePath, withoutQuery } from './tree-path.ts'

type TreeReaderOptions = Served & {
  /** Writes an error answer. */
  readonly refuse: (req: IncomingMessage, res: ServerResponse, error: unknown) => void
  /** Answers what is not in this tree, where it may; false when it does not. */
  readonly beyond?: (at: TreePath, req: IncomingMessage, res: ServerResponse) => Promise<boolean>
  /** Bytes of documents and often wanted files kept in memory. */
  readonly cacheBytes?: number
}

export type TreeReader = {
  /** Takes the request if its address is the tree's; false leaves it untouched. */
  handle(req: IncomingMessage, res: ServerResponse): boolean
  /** Sends what lies at an address of the tree, for another face; false, and nothing is sent, when nothing does. */
  send(address: string, req: IncomingMessage, res: ServerResponse): Promise<boolean>
  /** The bytes at a path changed; one that ends in `/` stands for all below it. For `tree.onChange`. */
  forget(path: string): void
  /** Bytes held in memory now. */
  readonly cachedBytes: number
}

const DEFAULT_CACHE_BYTES = 128 * 1024 * 1024
/** Larger files are always read from the tree, so that a few of them cannot push everything else out. */
const MAX_BODY_BYTES = 32 * 1024 * 1024
const MAX_BODY_SHARE = 1 / 4
/** How long a change by another process may stay unseen; our own are seen at once. */
const RECHECK_AFTER_MS = 1000

export function createTreeReader(options: TreeReaderOptions): TreeReader {
  const { tree, refuse, beyond, cacheBytes = DEFAULT_CACHE_BYTES } = options
  const cache = new ByteCache<Entry>(cacheBytes)
  const loading = new Map<string, Promise<Entry | undefined>>()
  const maxBodyBytes = Math.min(MAX_BODY_BYTES, cacheBytes * MAX_BODY_SHARE)
  let changes = 0

  function handle(req: IncomingMessage, res: ServerResponse): boolean {
    const url = req.url ?? ''
    const hit = cache.get(url)
    if (hit && (req.method === 'GET' || req.method === 'HEAD') && sendFromMemory(hit, { req, res })) {
      touch(hit)
      return true
    }
    if (!isTreeAddress(url)) return false
    answer(req, res).catch((error: unknown) => {
      if (res.headersSent) res.destroy()
      else refuse(req, res, error)
    })
    return true
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method, url = '' } = req
    if (method !== 'GET' && method !== 'HEAD') throw wrongMethod(method)
    if (await send(url, req, res)) return
    const at = parseTreePath(url)
    if (at && (await beyond?.(at, req, res))) return
    throw await explainAbsence(tree, withoutQuery(url), at)
  }

  async function send(url: string, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    const at = parseTreePath(url)
    const entry = at && (await find(at))
    if (!entry) return false
    const isSent = sendFromMemory(entry, { req, res })
    touch(entry)
    if (!isSent) await sendFromTree(tree, entry, { req, res })
    return true
  }

  /** From memory, or from the tree; a file that is wanted again, and more than others, is taken into memory. */
  async function find(at: TreePath): Promise<Entry | undefined> {
    const key = `/${at.path}`
    const hit = cache.get(key)
    if (hit && !belongsInMemory(hit)) return hit
    let load = loading.get(key)
    if (!load) {
      load = loadAndKeep(at, key, hit)
      loading.set(key, load)
      const done = () => {
        if (loading.get(key) === load) loading.delete(key)
      }
      load.then(done, done)
    }
    // What is only on its way into memory can be sent from the tree meanwhile.
    return hit ?? load
  }

  function belongsInMemory({ used, popularity, representations }: Entry): boolean {
    const own = representations.get('identity')
    if (!used || !own || own.body || own.size > maxBodyBytes) return false
    const now = performance.now()
    return cache.admits(own.size, popularity.at(now), now)
  }

  async function loadAndKeep(at: TreePath, key: string, before?: Entry): Promise<Entry | undefined> {
    const changesBefore = changes
    const entry = await loadEntry(options, at, before)
    // The tree may have changed under the read; what was read is whole, yet perhaps no longer the newest.
    if (entry && changesBefore === changes) cache.set(key, entry, performance.now())
    return entry
  }

  function touch(entry: Entry): void {
    const now = performance.now()
    entry.used = true
    entry.popularity.note(now)
    if (now - entry.checkedAt < RECHECK_AFTER_MS) return
    entry.checkedAt = now
    tree.stat(entry.at.path).then(
      (found) => found?.generation === entry.generation || forget(entry.at.path),
      () => forget(entry.at.path),
    )
  }

  function forget(path: string): void {
    changes++
    if (path.endsWith('/')) {
      cache.deleteBelow(`/${path}`)
      for (const key of loading.keys()) if (key.startsWith(`/${path}`)) loading.delete(key)
      return
    }
    cache.delete(`/${path}`)
    loading.delete(`/${path}`)
  }

  return {
    handle,
    send,
    forget,
    get cachedBytes() {
      return cache.bytes
    },
  }
}

function wrongMethod(method = ''): Error {
  return coded('METHOD_NOT_ALLOWED', {
    message: `this address only takes \`GET\` and \`HEAD\`, found \`${method.slice(0, 16)}\``,
    details: { allow: ['GET', 'HEAD'] },
  })
}
