// A plain client of the write API, so that tests can publish without the publisher: open, upload, publish.
import type { OpenSessionRequest, SessionAnswer } from '../../../schemas/api.ts'
import { sessionAnswer } from '../../../schemas/api.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import type { Platform } from '../../../schemas/platform.ts'
import type { SignedRelease } from '../builders/test-authority.ts'

export type ApiTarget = { readonly url: string; readonly token: string }

type ApiCall = {
  readonly method?: string
  readonly json?: unknown
  readonly body?: Buffer
  readonly headers?: Readonly<Record<string, string>>
}

export type ApiAnswer = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> }

export async function callApi({ url, token }: ApiTarget, path: string, call: ApiCall = {}): Promise<ApiAnswer> {
  const { method = 'GET', json, body, headers } = call
  const content = json === undefined ? body : Buffer.from(JSON.stringify(json))
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(content === undefined ? {} : { body: new Uint8Array(content) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) : {} }
}

/** What a session announces for the release. */
export function announce({ predicate, bundle }: SignedRelease): OpenSessionRequest {
  return {
    version: predicate.version,
    bundle: { digest: digestOf(bundle), size: Buffer.byteLength(bundle) },
    artifacts: Object.entries(predicate.platforms).map(([platform, { file, digest, size }]) => ({
      platform: platform as Platform,
      file,
      digest,
      size,
    })),
  }
}

/** The bytes of every blob of the release by digest, the bundle included. */
export function blobsOf({ bundle, files }: SignedRelease): ReadonlyMap<Digest, Buffer> {
  const all = [Buffer.from(bundle), ...files.values()]
  return new Map(all.map((bytes) => [digestOf(bytes), bytes]))
}

export function openSession(target: ApiTarget, release: SignedRelease, call: ApiCall = {}): Promise<ApiAnswer> {
  const { repo, plugin } = release.predicate
  const path = `/api/v1/repos/${repo}/plugins/${plugin}/publishes`
  return callApi(target, path, { method: 'POST', json: announce(release), ...call })
}

/** The session that an answer tells of; throws for a refusal. */
export function parseSession({ body }: Pick<ApiAnswer, 'body'>): SessionAnswer {
  return sessionAnswer.parse(body)
}

/** Uploads what the session does not have yet. */
export async function uploadAll(target: ApiTarget, session: SessionAnswer, release: SignedRelease): Promise<void> {
  const blobs = blobsOf(release)
  for (const { digest, size, offset } of session.uploads) {
    if (offset === size && size > 0) continue
    const bytes = blobs.get(digest) ?? Buffer.alloc(0)
    const headers = { 'Upload-Offset': String(offset) }
    const path = `/api/v1/publishes/${session.id}/blobs/${digest}`
    const answer = await callApi(target, path, { method: 'PATCH', body: bytes.subarray(offset), headers })
    if (answer.status !== 204) throw new Error(`upload answered ${answer.status} ${JSON.stringify(answer.body)}`)
  }
}

/** The answer of the first step that is refused, or of publishing. */
export async function publishRelease(target: ApiTarget, release: SignedRelease): Promise<ApiAnswer> {
  const opened = await openSession(target, release)
  if (opened.status >= 300) return opened
  const session = parseSession(opened)
  await uploadAll(target, session, release)
  return callApi(target, `/api/v1/publishes/${session.id}/publish`, { method: 'POST' })
}
