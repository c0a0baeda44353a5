// The bytes of a session: how many are here, and more of them.
import type { RegistryServices } from '../../context.ts'
import { receiveUpload, requirePromised } from '../../publish/receive-upload.ts'
import { uploadOffset } from '../../publish/session-answer.ts'
import { digestParam, uploadOffsetHeader } from '../http/read-request.ts'
import type { TokenHandler } from '../http/route.ts'
import { allowedSession } from './sessions.ts'

/** hono asks GET routes for HEAD too. */
export function readUploadRoute(services: RegistryServices): TokenHandler {
  return async (c, principal) => {
    const session = await allowedSession(c, principal, services)
    const promised = await requirePromised(services.metadata, session, digestParam(c))
    const offset = await uploadOffset(services, session, promised)
    return c.body(null, 204, { 'Upload-Offset': String(offset), 'Cache-Control': 'no-store' })
  }
}

export function appendUploadRoute(services: RegistryServices): TokenHandler {
  return async (c, principal) => {
    const session = await allowedSession(c, principal, services)
    const offset = uploadOffsetHeader(c)
    const body = c.env.incoming
    const upload = { session, principal, digest: digestParam(c), offset, body, stop: services.stopUploads }
    return c.body(null, 204, { 'Upload-Offset': String(await receiveUpload(services, upload)) })
  }
}
