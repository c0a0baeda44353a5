// Reads a connection piece by piece, as its frames have it, and never more than was agreed.
import type { Duplex } from 'node:stream'
import { RpcFailure, tooMuch } from './failure.ts'

/** A health answer takes some hundred bytes. */
const MAX_BYTES = 256 * 1024
const HEAD_BYTES = 64

export class ByteReader {
  readonly #socket: Duplex
  #chunks: Buffer[] = []
  #buffered = 0
  #received = 0
  #head = Buffer.alloc(0)
  #failure: Error | undefined
  #wake = () => {}

  constructor(socket: Duplex) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.once('end', () => this.#fail(this.#closed()))
    socket.once('close', () => this.#fail(this.#closed()))
    socket.on('error', (error) => this.#fail(error))
  }

  /** The first bytes that came, by which another protocol can be told. */
  get head(): Buffer {
    return this.#head
  }

  /** What came before the connection ended counts; rejects when that is too little. */
  async take(count: number): Promise<Buffer> {
    while (this.#buffered < count) {
      if (this.#failure) throw this.#failure
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
    this.#buffered -= count
    this.#chunks = this.#buffered > 0 ? [all.subarray(count)] : []
    return all.subarray(0, count)
  }

  #receive(chunk: Buffer): void {
    this.#received += chunk.length
    if (this.#received > MAX_BYTES) {
      this.#fail(tooMuch(`it sends more than ${MAX_BYTES / 1024} KiB`))
      this.#socket.destroy()
      return
    }
    if (this.#head.length < HEAD_BYTES) this.#head = Buffer.concat([this.#head, chunk]).subarray(0, HEAD_BYTES)
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
    this.#wake()
  }

  #closed(): RpcFailure {
    if (this.#received === 0) return new RpcFailure('NO_ANSWER', 'closed without an answer')
    return new RpcFailure('CLOSED', 'closed before the answer was whole')
  }

  /** The first reason counts: an error comes before the end that it brings. */
  #fail(error: Error): void {
    this.#failure ??= error
    this.#wake()
  }
}
