// One answer: 200, 206, 304 or 416, with or without a body, from memory or from the tree.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Encoding } from './conditions.ts'
import { acceptedEncodings, namesEtag, parseByteRange } from './conditions.ts'
import type { Entry, Served } from './load-file.ts'
import type { Representation } from './representation.ts'
import { sendFile } from './send-file.ts'

type Sendable = { readonly representations: ReadonlyMap<Encoding, Representation> }
type Exchange = { readonly req: IncomingMessage; readonly res: ServerResponse }

/** Answers at once if that needs no look at the tree; false when it does. */
export function sendFromMemory(entry: Sendable, { req, res }: Exchange): boolean {
  const chosen = choose(entry, req)
  if (isUnwanted(req, chosen))
    return isSent(res.writeHead(412, { 'Cache-Control': 'no-store', 'Content-Length': 0 }).end())
  const wanted = req.headers['if-none-match']
  if (wanted !== undefined && namesEtag(wanted, chosen.etag))
    return isSent(res.writeHead(304, chosen.notModified).end())
  const range = rangeOf(req, chosen)
  if (range === 'unsatisfiable') return isSent(res.writeHead(416, unsatisfiable(chosen)).end())
  const isEmpty = req.method === 'HEAD' || chosen.size === 0
  if (!isEmpty && !chosen.body) return false
  const body = range ? chosen.body?.subarray(range.start, range.end + 1) : chosen.body
  res.writeHead(range ? 206 : 200, range ? partial(chosen, range) : chosen.whole)
  return isSent(isEmpty ? res.end() : res.end(body))
}

/** Answers with bytes from the tree. */
export async function sendFromTree(tree: Served['tree'], entry: Entry, { req, res }: Exchange): Promise<void> {
  const chosen = choose(entry, req)
  const asked = rangeOf(req, chosen)
  const range = typeof asked === 'object' ? asked : undefined
  await using file = await tree.open(entry.at.path)
  // Gone or replaced since it was described: the client asks again and gets the truth.
  if (file?.generation !== entry.generation) return void res.destroy()
  res.writeHead(range ? 206 : 200, range ? partial(chosen, range) : chosen.whole)
  await sendFile(file, res, range ?? { start: 0, end: chosen.size - 1 })
}

/** The smallest form that the client takes. */
function choose({ representations }: Sendable, req: IncomingMessage): Representation {
  for (const encoding of acceptedEncodings(req.headers['accept-encoding']?.toString())) {
    const found = representations.get(encoding)
    if (found) return found
  }
  return representations.get('identity') as Representation
}

function rangeOf({ method, headers }: IncomingMessage, { etag, size }: Representation) {
  if (method !== 'GET' || headers.range === undefined) return undefined
  // Only a strong ETag proves that the part fits what the client has.
  const unless = headers['if-range']
  return unless === undefined || unless === etag ? parseByteRange(headers.range, size) : undefined
}

/** RFC 9110 §13.1.1: If-Match goes on only with the very representation that it names. */
function isUnwanted({ headers }: IncomingMessage, { etag }: Representation): boolean {
  const wanted = headers['if-match']
  return wanted !== undefined && wanted.trim() !== '*' && !wanted.split(',').some((each) => each.trim() === etag)
}

function isSent(_res: ServerResponse): true {
  return true
}

function partial(
  { part, size }: Representation,
  { start, end }: { readonly start: number; readonly end: number },
): string[] {
  return [...part, 'Content-Length', String(end - start + 1), 'Content-Range', `bytes ${start}-${end}/${size}`]
}

/** An error must not be kept as long as the file that it is about. */
function unsatisfiable({ size }: Representation): string[] {
  return ['Cache-Control', 'no-store', 'Content-Length', '0', 'Content-Range', `bytes */${size}`]
}
