// The public keys that may sign in a repo, as whoever serves the repo names them: an offer to compare with what their owner says elsewhere.
// It decides nothing, and nobody trusts a key because it stands here.
import { z } from 'zod'
import { parseJson } from './json.ts'
import { parseShape } from './shape.ts'
import { digestShape, nameShape, timeShape } from './shapes.ts'

export const KEY_DOCUMENT_FORMAT = 'octo.keys/v1'
export const MAX_KEY_DOCUMENT_BYTES = 256 * 1024
const MAX_KEYS = 100

const servedKeyShape = z.object({
  id: digestShape,
  kind: z.enum(['ecdsa-p256', 'ed25519']),
  /** Base64 of its SPKI, as a config has it. */
  key: z.string().max(4096),
  /** It signs from this moment on, and before that one. */
  from: timeShape.optional(),
  to: timeShape.optional(),
})

export const keyDocumentShape = z.object({
  format: z.literal(KEY_DOCUMENT_FORMAT),
  repo: nameShape,
  /** None that was revoked. */
  keys: z.array(servedKeyShape).max(MAX_KEYS),
})

export type KeyDocument = z.output<typeof keyDocumentShape>

export function parseKeyDocument(text: string, name: string): KeyDocument {
  return parseShape(keyDocumentShape, parseJson(text, name, MAX_KEY_DOCUMENT_BYTES), { name })
}
