// A signer that knows nothing of octo, as a key service is: it signs the bytes that it is given, as DSSE in a Sigstore bundle.
import { sign } from 'node:crypto'
import { BUNDLE_MEDIA_TYPE, PAYLOAD_TYPE } from '../../../schemas/release-statement.ts'
import { hintOf } from '../../../schemas/trust-key.ts'
import type { SigningKey } from './test-authority.ts'

export function signElsewhere(statement: Buffer, { privateKey, trustKey }: SigningKey): string {
  const envelope = Buffer.concat([
    Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${statement.length} `),
    statement,
  ])
  const sig = sign('sha256', envelope, privateKey).toString('base64')
  return JSON.stringify({
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint: hintOf(trustKey.id) } },
    dsseEnvelope: { payload: statement.toString('base64'), payloadType: PAYLOAD_TYPE, signatures: [{ sig }] },
  })
}
