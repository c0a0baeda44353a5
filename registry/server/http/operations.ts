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

/** Who may see what a route answers; route.ts says what each of these means. */
export type Access = 'everyone' | 'token' | 'sight'

export type Operation = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As hono writes it. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  readonly request?: z.ZodType
  /** A stream of bytes instead of JSON. */
  readonly bytes?: boolean
  /** Request headers and query parameters by name. */
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  /** Status to shape; null for an answer without a body. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>
}

const UPLOAD_PATH = '/api/v1/publishes/:id/blobs/:digest'

export const OPERATIONS = {
  openSession: {
    method: 'POST',
    path: '/api/v1/repos/:repo/plugins/:plugin/publishes',
    summary: 'Open a publishing session for a version, announcing every file with digest and size',
    access: 'token',
    request: openSessionRequest,
    headers: { 'Idempotency-Key': 'a name for this request: sent again with it, it gives the same session' },
    answers: { 201: sessionAnswer, 200: sessionAnswer },
  },
  readSession: {
    method: 'GET',
    path: '/api/v1/publishes/:id',
    summary: 'Read a publishing session with the bytes it has of each upload',
    access: 'token',
    answers: { 200: sessionAnswer },
  },
  closeSession: {
    method: 'DELETE',
    path: '/api/v1/publishes/:id',
    summary: 'Give up a publishing session',
    access: 'token',
    answers: { 204: null },
  },
  readUpload: {
    method: 'GET',
    path: UPLOAD_PATH,
    summary: 'Ask with HEAD how many bytes of a blob are here, in the header Upload-Offset',
    access: 'token',
    answers: { 204: null },
  },
  appendUpload: {
    method: 'PATCH',
    path: UPLOAD_PATH,
    summary: 'Upload bytes of a blob from the offset that the registry has',
    access: 'token',
    bytes: true,
    headers: { 'Upload-Offset': 'bytes that the registry has already' },
    answers: { 204: null },
  },
  publish: {
    method: 'POST',
    path: '/api/v1/publishes/:id/publish',
    summary: 'Prove and seal the release; answers once everyone can see it',
    access: 'token',
    answers: { 201: publishedAnswer, 200: publishedAnswer },
  },
  changeState: {
    method: 'PUT',
    path: '/api/v1/repos/:repo/plugins/:plugin/versions/:version/state',
    summary: 'Yank, deprecate or quarantine a version with a reason, or take that back',
    access: 'token',
    request: changeStateRequest,
    answers: { 200: versionStateAnswer },
  },
  whoami: {
    method: 'GET',
    path: '/api/v1/whoami',
    summary: 'Show what the token allows',
    access: 'token',
    answers: { 200: whoamiAnswer },
  },
  search: {
    method: 'GET',
    path: '/api/v1/search',
    summary:
      'Find plugins by words of their name, category or description; those of private repos with a token that reads them',
    access: 'sight',
    query: { q: 'words, each may be a beginning', repo: 'only this repo' },
    answers: { 200: searchAnswer },
  },
} as const satisfies Readonly<Record<string, Operation>>

export type OperationName = keyof typeof OPERATIONS
