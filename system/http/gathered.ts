// The bytes of a body as one piece of memory. A chunk of one byte keeps all that came with it over the socket, up to 64 KiB: whoever
// keeps the chunks of a hostile server keeps many times more than it counted.

const FIRST_BYTES = 16 * 1024

export class Gathered {
  #bytes: Buffer = Buffer.alloc(0)
  #size = 0

  get size(): number {
    return this.#size
  }

  add(chunk: Uint8Array): void {
    const size = this.#size + chunk.length
    // Most bodies are one chunk, and one may be kept as it is.
    if (this.#size === 0) {
      this.#bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
      this.#size = size
      return
    }
    if (size > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, size, 2 * this.#bytes.length))
      this.#bytes.copy(larger, 0, 0, this.#size)
      this.#bytes = larger
    }
    this.#bytes.set(chunk, this.#size)
    this.#size = size
  }

  /** Whoever adds more afterwards changes nothing of it. */
  whole(): Buffer {
    return this.#bytes.subarray(0, this.#size)
  }
}
