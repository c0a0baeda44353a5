// Bytes that a call is about, where they come as a stream: written to a file for the plugin to read, in a folder of this process alone.
// It is gone when the call is over, and where this process was killed, with the next one that lends something.
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { explainDisk, onDisk } from '../../../system/files/errors.ts'
import { makeProcessDirectory, sweepProcessDirectories } from '../../../system/files/process-directory.ts'
import { temporaryFolder } from '../../../system/files/temporary-folder.ts'
import type { Environment } from '../instance/runtime-folder.ts'
import { makeRuntimeFolder } from '../instance/runtime-folder.ts'

export type Chunks = AsyncIterable<Uint8Array>

type LentBlob = Disposable & {
  readonly path: string
  /** Throws LIMIT_EXCEEDED for more bytes than are lent, NO_SPACE, IO_FAILED, and what the bytes break off with. */
  fill(signal: AbortSignal | undefined): Promise<void>
}

const MAX_BYTES = 64 * 1024 ** 3

/** Throws IO_FAILED where there can be no such folder. */
export function lendBlob(bytes: Chunks, env: Environment, maxBytes = MAX_BYTES): LentBlob {
  const folder = makeFolder(env)
  const path = join(folder.path, 'blob')
  return {
    path,
    async fill(signal) {
      const to = createWriteStream(path, { flags: 'wx', mode: 0o600 })
      let problem: unknown
      to.once('error', (error) => {
        problem = error
      })
      try {
        await pipeline(untilAborted(bytes, signal), atMost(maxBytes), to, signal ? { signal } : {})
      } catch (error) {
        throw problem === error ? explainDisk(error, path) : error
      }
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

/** Only Linux tells by its name whether the process of a folder has ended. */
function makeFolder(env: Environment): Disposable & { readonly path: string } {
  if (process.platform === 'linux') {
    sweepProcessDirectories(env)
    return onDisk(temporaryFolder(env), () => makeProcessDirectory(env))
  }
  const { path, remove } = makeRuntimeFolder(env)
  return { path, [Symbol.dispose]: () => remove(undefined, undefined) }
}

/** Whoever sends may never send another chunk: it is told that nobody waits any more, and not waited for itself. */
async function* untilAborted(chunks: Chunks, signal: AbortSignal | undefined): Chunks {
  const iterator = chunks[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await nextUnlessAborted(iterator, signal)
      if (done) return
      yield value
    }
  } finally {
    Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}

function nextUnlessAborted(iterator: AsyncIterator<Uint8Array>, signal: AbortSignal | undefined) {
  return new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
    const giveUp = () => reject(signal?.reason)
    if (signal?.aborted) return giveUp()
    signal?.addEventListener('abort', giveUp, { once: true })
    const over = () => signal?.removeEventListener('abort', giveUp)
    iterator.next().then(resolve, reject).finally(over)
  })
}

function atMost(maxBytes: number) {
  return async function* counted(chunks: Chunks): Chunks {
    let size = 0
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > maxBytes)
        throw coded('LIMIT_EXCEEDED', {
          message: `the bytes for the plugin are more than ${quote(String(maxBytes))}`,
          details: { limit: maxBytes },
        })
      yield chunk
    }
  }
}
