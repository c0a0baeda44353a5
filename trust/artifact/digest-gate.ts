// Size and sha256 of bytes as they stream by: nothing passes beyond the promised size, nothing is done before both agree.
import { createHash } from 'node:crypto'
import type { Digest } from '../../schemas/digest.ts'
import { digestFromHex } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

type PromisedBytes = { readonly digest: Digest; readonly size: number }

type DigestGate = {
  /** Counts and hashes a chunk; throws SIZE_MISMATCH with the first byte too many. */
  update(chunk: Uint8Array): void
  /** Throws SIZE_MISMATCH or DIGEST_MISMATCH; afterwards the bytes are the promised ones. */
  finish(): void
}

/** `subject` is what errors call the bytes. */
export function createDigestGate(expected: PromisedBytes, subject: string): DigestGate {
  const hash = createHash('sha256')
  let size = 0
  let head = Buffer.alloc(0)
  return {
    update(chunk) {
      size += chunk.length
      if (size > expected.size) throw sizeMismatch(subject, expected, `at least ${size}`)
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)])
      hash.update(chunk)
    },
    finish() {
      if (size !== expected.size) throw sizeMismatch(subject, expected, String(size), head)
      const found = digestFromHex(hash.digest('hex'))
      if (found !== expected.digest) throw digestMismatch(subject, expected, found, head)
    },
  }
}

/** Enough to recognise an error page that was served in place of a file. */
const HEAD_BYTES = 64

function sizeMismatch(subject: string, expected: PromisedBytes, found: string, head?: Buffer): Error {
  return coded('SIZE_MISMATCH', {
    message: `${quote(subject)} has another size, expected ${expected.size} bytes, found ${found}`,
    details: { subject, expected: expected.size, found, ...beginning(head) },
  })
}

function digestMismatch(subject: string, expected: PromisedBytes, found: Digest, head: Buffer): Error {
  return coded('DIGEST_MISMATCH', {
    message: `${quote(subject)} has other bytes, expected \`${expected.digest}\`, found \`${found}\``,
    details: { subject, expected: expected.digest, found, size: expected.size, ...beginning(head) },
  })
}

function beginning(head: Buffer | undefined): { beginning?: string } {
  return head && head.length > 0 ? { beginning: head.toString('latin1').replace(/[^\x20-\x7e]/g, '.') } : {}
}
