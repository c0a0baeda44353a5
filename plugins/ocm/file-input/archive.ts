// A tar whose bytes depend on names, contents, links and the bit that makes a file a program: no owner, no time, no machine.
import { Header } from 'tar/header'
import { Pax } from 'tar/pax'
import { readFileBytes } from '../bytes/read-file.ts'
import type { Entry } from './list-entries.ts'

const BLOCK = 512
const START_OF_TIME = new Date(0)

/** The whole archive, its end included. */
export async function* archiveOf(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    yield headerOf(entry)
    if (entry.kind !== 'file') continue
    yield* readFileBytes(entry.source, entry.stats)
    const rest = entry.stats.size % BLOCK
    if (rest > 0) yield Buffer.alloc(BLOCK - rest)
  }
  yield Buffer.alloc(2 * BLOCK)
}

function headerOf(entry: Entry): Buffer {
  const fields = { mtime: START_OF_TIME, ...fieldsOf(entry) }
  const block = Buffer.alloc(BLOCK)
  // The header says itself whether a value did not fit; ASCII is asked for because old readers guess the encoding.
  const isCut = new Header(fields).encode(block)
  const names = `${fields.path}${'linkpath' in fields ? fields.linkpath : ''}`
  return isCut || !/^[\x20-\x7e]*$/.test(names) ? Buffer.concat([new Pax(fields).encode(), block]) : block
}

function fieldsOf(entry: Entry) {
  switch (entry.kind) {
    case 'folder':
      return { type: 'Directory', path: `${entry.path}/`, size: 0, mode: 0o755 } as const
    case 'link':
      return { type: 'SymbolicLink', path: entry.path, linkpath: entry.target, size: 0, mode: 0o777 } as const
    case 'file': {
      const { size, mode } = entry.stats
      return { type: 'File', path: entry.path, size, mode: (mode & 0o100) === 0 ? 0o644 : 0o755 } as const
    }
  }
}
