// Looks for secrets in the bytes that are about to be published, while they stream by. Answers: a key or token that was
// packed by mistake can never be taken back, as released versions never change.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { SecretPattern } from './secret-patterns.ts'
import { SECRET_PATTERNS, secretFileName } from './secret-patterns.ts'

export type SecretFind = { readonly path: string; readonly what: string }

const OVERLAP = 512

/** Passes the chunks on; adds at most one find per kind to `finds`. */
export async function* scanSecrets(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  finds: SecretFind[],
): AsyncGenerator<Uint8Array> {
  const left = new Set(SECRET_PATTERNS)
  const name = secretFileName(path)
  if (name) finds.push({ path, what: name })
  let tail = Buffer.alloc(0)
  for await (const chunk of chunks) {
    // A secret may lie across two chunks, so the end of the last one is looked at again.
    const seam = Buffer.concat([tail, chunk.subarray(0, OVERLAP)])
    const whole = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (const pattern of left)
      if (holds(seam, pattern) || holds(whole, pattern)) {
        left.delete(pattern)
        finds.push({ path, what: pattern.what })
      }
    tail = Buffer.from(Buffer.concat([tail, chunk.subarray(-OVERLAP)]).subarray(-OVERLAP))
    yield chunk
  }
}

function holds(bytes: Buffer, { marker, before, after, pattern }: SecretPattern): boolean {
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 1)) {
    const window = bytes.toString(
      'latin1',
      Math.max(0, at - before),
      Math.min(bytes.length, at + marker.length + after),
    )
    if (pattern.test(window)) return true
  }
  return false
}

/** Throws SECRET_IN_ARCHIVE with all finds but those that plugin.yaml allows by path. */
export function refuseSecrets(finds: readonly SecretFind[], allowed: readonly string[]): void {
  const refused = finds.filter(({ path }) => !allowed.includes(path))
  const [first] = refused
  if (!first) return
  const others = refused.length > 1 ? `, and ${refused.length - 1} more` : ''
  throw coded('SECRET_IN_ARCHIVE', {
    message: `${quote(first.path)} would be published and looks like a secret: ${first.what}${others}`,
    details: { finds: refused.map(({ path, what }) => `${path}: ${what}`) },
    hint: `remove it from \`files\`, or when it is meant to be public add to plugin.yaml: allowSecrets: [${JSON.stringify(first.path)}]`,
  })
}
