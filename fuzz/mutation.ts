// Mutations of bytes: a few pieces of the format put in the place of a few bytes.
import type { Random } from './random.ts'

export function mutated(good: Buffer, pieces: readonly string[], random: Random): Buffer {
  let bytes = good
  for (let left = 1 + random.below(3); left > 0; left--) {
    const [at, length] = [random.below(bytes.length + 1), random.below(4)]
    const piece = random.below(8) === 0 ? Buffer.from([random.below(256)]) : Buffer.from(random.of(pieces))
    bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + length)])
  }
  return bytes
}
