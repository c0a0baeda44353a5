// Copies of fetched documents, so that one that did not change is not sent again, and a machine without network can go on.
// They are for this user alone; one that was changed since, is of another address or could be written by others is none.
import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { DAY_MS, HOUR_MS } from '../../schemas/duration.ts'
import { parseJson } from '../../schemas/json.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { readIfWhole, writeDisposable } from '../../system/files/atomic-file.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { problemOfPath } from '../../system/files/owned-path.ts'

type Copy = {
  readonly text: string
  readonly etag?: string
  /** When it was signed, where it had to be; of the newest that was proven. */
  readonly signedAt?: number
  /** Digests of what was used before it, the latest first: its signature may say no time. */
  readonly replaced?: readonly string[]
  /** When the server gave or confirmed it, in milliseconds since 1970. */
  readonly at: number
}

export type DocumentCopies = {
  /** The copy of this very address, query and all. */
  read(url: string): Copy | undefined
  /** `at` is now, but for what was kept before and is only said more of. */
  write(url: string, copy: Omit<Copy, 'at'> & { readonly at?: number }): void
}

const MAX_REPLACED = 100
const FORMAT = 'octo.config-copy/v1'
/** A text of at most 1 MiB inside JSON, where a letter may become six, and what is known of it. */
const MAX_BYTES = 7 * 1024 * 1024

/** Never throws: a copy that cannot be read or written costs a request. */
export function copiesIn(folder: string, now: () => number): DocumentCopies {
  return {
    read(url) {
      try {
        return isOwn(folder) ? copyIn(join(folder, nameOf(url)), url) : undefined
      } catch {
        return undefined
      }
    },
    write(url, { text, etag, signedAt, replaced = [], at = now() }) {
      try {
        makeFolder(folder, 0o700)
        if (!isOwn(folder)) return
      } catch {
        return
      }
      // What a server gives without an ETag cannot be confirmed, but does without network.
      const copy = {
        format: FORMAT,
        url,
        at,
        digest: digestOf(text),
        ...omitUndefined({ etag, signedAt }),
        ...(replaced.length === 0 ? {} : { replaced }),
        text,
      }
      writeDisposable(join(folder, nameOf(url)), JSON.stringify(copy), { staging: folder, mode: 0o600 })
    },
  }
}

/** Nobody else may have put a copy there, or look at what stands in one. */
function isOwn(folder: string): boolean {
  if (problemOfPath(folder)) return false
  return process.getuid === undefined || (lstatSync(folder).mode & 0o077) === 0
}

function copyIn(path: string, url: string): Copy | undefined {
  if (problemOfPath(path)) return undefined
  const found = parseJson(readIfWhole(path) ?? 'null', path, MAX_BYTES) as Record<string, unknown> | null
  const { format, text, etag, signedAt, replaced, at, digest } = found ?? {}
  if (format !== FORMAT || found?.url !== url || typeof text !== 'string' || typeof at !== 'number') return undefined
  if (digest !== digestOf(text)) return undefined
  return {
    text,
    at,
    ...(typeof etag === 'string' ? { etag } : {}),
    ...(typeof signedAt === 'number' ? { signedAt } : {}),
    ...(Array.isArray(replaced) ? { replaced: replaced.map(String) } : {}),
  }
}

/** Whether another document has been used since this one was. */
export function wasReplaced(copy: Copy | undefined, text: string): boolean {
  return copy?.replaced?.includes(digestOf(text)) === true
}

/** What a copy that takes the place of another one replaces. One that is gone back to has replaced what came before it. */
export function replacedBy(text: string, copy: Copy | undefined): readonly string[] {
  const { replaced = [] } = copy ?? {}
  if (!copy || copy.text === text) return replaced
  const back = replaced.indexOf(digestOf(text))
  return back < 0 ? [digestOf(copy.text), ...replaced].slice(0, MAX_REPLACED) : replaced.slice(back + 1)
}

function nameOf(url: string): string {
  return `${createHash('sha256').update(url).digest('hex')}.json`
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

/** `3 minutes`, `2 hours`, `5 days`: roughly, as it is said to people. */
export function ageInWords(ms: number): string {
  const [size, unit] = ms < HOUR_MS ? [60_000, 'minute'] : ms < 2 * DAY_MS ? [HOUR_MS, 'hour'] : [DAY_MS, 'day']
  const number = Math.max(1, Math.round(ms / size))
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}
