// Every operation of the write API: the one table from which routes are mounted, 405 is answered and OpenAPI is written.
import type { z } from 'zod'
import {
  changeStateRequest,
  openSessionRequest,
  publishedAnswer,
  searchAnswer,
  sessionAnswer,
  versionStateAnswer,
  whoamiAnswer,
} from '../../../schemas/api.ts'
import { CONTRACTS, PLUGIN_KINDS } from '../../../schemas/manifest.ts'

/** Who may see what a route answers; route.ts says what each of these means. */
export type Access = 'everyone' | 'token' | 'sight'

/** An answer that is no refusal. */
type Answer = {
  readonly means: string
  /** Absent for an answer without a body. */
  readonly shape?: z.ZodType
}

export type Operation = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As hono writes it. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  /** What the token has to allow, where any token will not do. */
  readonly needs?: string
  readonly request?: z.ZodType
  /** A stream of bytes instead of JSON. */
  readonly bytes?: boolean
  /** Request headers and query parameters by name. */
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>
  /** What is typed behind `curl`; `BASE` stands for the address of the registry. */
  readonly example: string
}

/** A file with the line `Authorization: Bearer TOKEN`: what stands on a command line is seen by every user of the machine. */
const TOKEN = '-H @token.header'
const JSON_BODY = "-H 'Content-Type: application/json' --data"
const SESSION = 'BASE/api/v1/publishes/$SESSION'
const UPLOAD_PATH = '/api/v1/publishes/:id/blobs/:digest'
const PUBLISHES = 'publish for the plugin'

export const OPERATIONS = {
  openSession: {
    method: 'POST',
    path: '/api/v1/repos/:repo/plugins/:plugin/publishes',
    summary: 'Open a publishing session for a version, announcing every file with digest and size',
    access: 'token',
    needs: PUBLISHES,
    request: openSessionRequest,
    headers: { 'Idempotency-Key': 'a name for this request: sent again with it, it gives the same session' },
    answers: {
      201: { means: 'the session, with the blobs that are to be uploaded', shape: sessionAnswer },
      200: { means: 'the same release is published already', shape: sessionAnswer },
    },
    example: `${TOKEN} ${JSON_BODY} @release.json BASE/api/v1/repos/core/plugins/hello/publishes`,
  },
  readSession: {
    method: 'GET',
    path: '/api/v1/publishes/:id',
    summary: 'Read a publishing session with the bytes it has of each upload',
    access: 'token',
    needs: PUBLISHES,
    answers: { 200: { means: 'the session', shape: sessionAnswer } },
    example: `${TOKEN} ${SESSION}`,
  },
  closeSession: {
    method: 'DELETE',
    path: '/api/v1/publishes/:id',
    summary: 'Give up a publishing session',
    access: 'token',
    needs: PUBLISHES,
    answers: { 204: { means: 'the session is gone, and what it had uploaded' } },
    example: `${TOKEN} -X DELETE ${SESSION}`,
  },
  readUpload: {
    method: 'GET',
    path: UPLOAD_PATH,
    summary: 'Ask with HEAD how many bytes of a blob are here, in the header Upload-Offset',
    access: 'token',
    needs: PUBLISHES,
    answers: { 204: { means: 'the header Upload-Offset says it' } },
    example: `${TOKEN} --head ${SESSION}/blobs/$DIGEST`,
  },
  appendUpload: {
    method: 'PATCH',
    path: UPLOAD_PATH,
    summary: 'Upload bytes of a blob from the offset that the registry has',
    access: 'token',
    needs: PUBLISHES,
    bytes: true,
    headers: { 'Upload-Offset': 'bytes that the registry has already' },
    answers: { 204: { means: 'the bytes are here; the header Upload-Offset says how many by now' } },
    example: `${TOKEN} -X PATCH -H 'Upload-Offset: 0' --data-binary @$FILE ${SESSION}/blobs/$DIGEST`,
  },
  publish: {
    method: 'POST',
    path: '/api/v1/publishes/:id/publish',
    summary: 'Prove and seal the release; answers once everyone can see it',
    access: 'token',
    needs: PUBLISHES,
    answers: {
      201: { means: 'the version is published', shape: publishedAnswer },
      200: { means: 'it was published already', shape: publishedAnswer },
    },
    example: `${TOKEN} -X POST ${SESSION}/publish`,
  },
  changeState: {
    method: 'PUT',
    path: '/api/v1/repos/:repo/plugins/:plugin/versions/:version/state',
    summary: 'Yank, deprecate or quarantine a version with a reason, or take that back',
    access: 'token',
    needs: 'yank for the plugin, or quarantine to quarantine',
    request: changeStateRequest,
    answers: { 200: { means: 'how the version stands now', shape: versionStateAnswer } },
    example: `${TOKEN} -X PUT ${JSON_BODY} '{"action": "yank", "reason": "loses files"}' BASE/api/v1/repos/core/plugins/hello/versions/1.0.0/state`,
  },
  whoami: {
    method: 'GET',
    path: '/api/v1/whoami',
    summary: 'Show what the token allows',
    access: 'token',
    answers: { 200: { means: 'its name and scopes', shape: whoamiAnswer } },
    example: `${TOKEN} BASE/api/v1/whoami`,
  },
  search: {
    method: 'GET',
    path: '/api/v1/search',
    summary:
      'Find plugins by words of their name, category or description; those of private repos with a token that reads them',
    access: 'sight',
    query: {
      q: 'words, each may be a beginning',
      repo: 'only this repo',
      kind: PLUGIN_KINDS.join(', '),
      category: 'only of this category, such as health',
      platform: 'only what runs on it, such as linux_amd64',
      contract: `by what a plugin is asked: ${CONTRACTS.join(', ')}`,
      signer: 'only whose newest release is signed with this key, sha256 and all',
      page: 'from 1 on, 50 plugins each',
    },
    answers: {
      200: { means: 'the plugins, how many there are, and what they could be narrowed down to', shape: searchAnswer },
    },
    example: "'BASE/api/v1/search?q=hello&platform=linux_amd64'",
  },
} as const satisfies Readonly<Record<string, Operation>>

export type OperationName = keyof typeof OPERATIONS
