// The parts of a request as typed values: JSON bodies, path parameters, headers.

import type { z } from 'zod'
import type { Digest } from '../../../schemas/digest.ts'
import { parseDigest } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import { parseJsonBytes } from '../../../schemas/json.ts'
import { LIMITS } from '../../../schemas/limits.ts'
import type { Name } from '../../../schemas/name.ts'
import { parseName } from '../../../schemas/name.ts'
import { printable } from '../../../schemas/quote.ts'
import { parseShape } from '../../../schemas/shape.ts'
import { shownDuration } from '../../../schemas/shown-duration.ts'
import type { Version } from '../../../schemas/version.ts'
import { parseVersion } from '../../../schemas/version.ts'
import { readWholeBody } from '../../uploads/read-body.ts'
import type { RequestOf } from './env.ts'

const BODY_TIMEOUT_MS = 30_000
const SOURCE = 'the request'
export const SESSION_ID_PATTERN = /^[0-9a-f]{32}$/

/** Throws LIMIT_EXCEEDED, TEXT_INVALID, JSON_INVALID or FORMAT_INVALID. */
export async function readJsonBody<Shape extends z.ZodType>(c: RequestOf, shape: Shape): Promise<z.output<Shape>> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(tooSlow()), BODY_TIMEOUT_MS)
  try {
    const bytes = await readWholeBody(c.env.incoming, LIMITS.requestBytes, abort.signal)
    return parseShape(shape, parseJsonBytes(bytes, SOURCE, LIMITS.requestBytes), { name: SOURCE })
  } finally {
    clearTimeout(timer)
  }
}

/** What is compressed would be read, or kept under a digest, as it came. Throws ENCODING_NOT_TAKEN. */
export function requirePlainBody(c: RequestOf): void {
  const encoding = c.req.header('content-encoding') ?? 'identity'
  if (encoding.trim().toLowerCase() === 'identity') return
  throw coded('ENCODING_NOT_TAKEN', {
    message: `expected a body as it is, found the header \`Content-Encoding: ${printable(encoding, 100)}\``,
    hint: 'send it without `Content-Encoding`, not compressed',
  })
}

export function pluginParams(c: RequestOf): { readonly repo: Name; readonly plugin: Name } {
  return { repo: parseName(c.req.param('repo'), 'repo'), plugin: parseName(c.req.param('plugin'), 'plugin') }
}

export function versionParam(c: RequestOf): Version {
  return parseVersion(c.req.param('version'))
}

export function digestParam(c: RequestOf): Digest {
  return parseDigest(c.req.param('digest'))
}

/** Ids that cannot exist need no look-up. */
export function sessionParam(c: RequestOf): string {
  const id = c.req.param('id') ?? ''
  if (SESSION_ID_PATTERN.test(id)) return id
  throw coded('SESSION_NOT_FOUND', { message: 'this is not the id of a publishing session' })
}

/** Throws USAGE. */
export function uploadOffsetHeader(c: RequestOf): number {
  const text = c.req.header('upload-offset') ?? ''
  if (/^[0-9]{1,15}$/.test(text)) return Number(text)
  throw coded('USAGE', {
    message: 'the header `Upload-Offset` with a number of bytes is needed',
    hint: 'ask for it with HEAD',
  })
}

/** Throws USAGE. */
export function idempotencyKeyHeader(c: RequestOf): string | undefined {
  const key = c.req.header('idempotency-key')
  if (key === undefined || /^[!-~]{1,200}$/.test(key)) return key
  throw coded('USAGE', { message: 'the header `Idempotency-Key` needs 1–200 printable characters' })
}

function tooSlow(): Error {
  return coded('UPLOAD_TOO_SLOW', { message: `the request was not complete after ${shownDuration(BODY_TIMEOUT_MS)}` })
}
