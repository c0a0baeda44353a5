// The connection to a mail server: one command, one answer, each within its time. What comes unasked before TLS is thrown away.
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { formatMs } from '../../sdk/index.ts'
import { Refusal } from './refusal.ts'
import type { Reply } from './reply.ts'
import { MAX_REPLY_BYTES, takeReply } from './reply.ts'

type Limits = { readonly timeoutMs: number; readonly signal: AbortSignal }

export class Connection implements Disposable {
  #socket: Socket
  #received = Buffer.alloc(0)
  #ended: Error | undefined
  #wake: () => void = () => undefined
  readonly #limits: Limits
  isEncrypted = false

  constructor(socket: Socket, limits: Limits) {
    this.#socket = socket
    this.#limits = limits
    this.#listen()
  }

  /** Nothing that is sent leaves this machine. */
  get isLocal(): boolean {
    return /^(?:::ffff:)?127\.|^::1$/.test(this.#socket.remoteAddress ?? '')
  }

  /** The address of this machine as a server wants it in a greeting. */
  get ownAddress(): string {
    const { localAddress = '127.0.0.1' } = this.#socket
    const plain = localAddress.replace(/^::ffff:/, '').replace(/%.*$/, '')
    return plain.includes(':') ? `[IPv6:${plain}]` : `[${plain}]`
  }

  /** Sends one line and gives the answer. A line of two would be a command that nobody meant. */
  command(line: string): Promise<Reply> {
    if (/[\r\n\0]/.test(line)) throw new Refusal('failed', 'arguments', 'a command would hold a line break or NUL')
    return this.data(`${line}\r\n`)
  }

  data(text: string): Promise<Reply> {
    this.#socket.write(text)
    return this.reply()
  }

  async reply(): Promise<Reply> {
    return await this.#inTime('an answer', async () => {
      for (;;) {
        const found = takeReply(this.#received)
        if (found) {
          this.#received = Buffer.from(found.rest)
          return found.reply
        }
        if (this.#ended) throw this.#ended
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    })
  }

  /** Goes on with TLS. Whatever was received in the clear is forgotten: somebody else may have written it. */
  async encrypt(options: ConnectionOptions): Promise<void> {
    // Loaded when needed, and not by `import()`, which starts a loader that takes longer than all else.
    const { connect } = process.getBuiltinModule('node:tls')
    const plain = this.#socket
    for (const event of ['data', 'error', 'close']) plain.removeAllListeners(event)
    plain.on('error', () => undefined)
    this.#received = Buffer.alloc(0)
    const socket = connect({ ...options, socket: plain })
    this.#socket = socket
    await this.#inTime(
      'a TLS handshake',
      () =>
        new Promise<void>((resolve, reject) => {
          socket.once('secureConnect', resolve)
          socket.once('error', reject)
          socket.once('close', () => reject(closed()))
        }),
    )
    socket.removeAllListeners('error').removeAllListeners('close')
    this.isEncrypted = true
    this.#listen()
  }

  /** Says goodbye without waiting for an answer. */
  quit(): void {
    if (!this.#ended) this.#socket.end('QUIT\r\n')
  }

  [Symbol.dispose](): void {
    this.#socket.on('error', () => undefined)
    this.#socket.destroySoon()
  }

  #listen(): void {
    const end = (error: Error) => {
      this.#ended ??= error
      this.#wake()
    }
    this.#socket
      .on('data', (chunk: Buffer) => {
        this.#received = Buffer.concat([this.#received, chunk])
        if (this.#received.length > MAX_REPLY_BYTES) {
          this.#socket.destroy()
          end(new Refusal('failed', 'protocol', 'the server says more than any mail server has to say'))
        }
        this.#wake()
      })
      .on('error', end)
      .on('close', () => end(closed()))
  }

  /** The time is for all of it: a server that sends a byte now and then is late as well. */
  async #inTime<Result>(what: string, act: () => Promise<Result>): Promise<Result> {
    const { timeoutMs, signal } = this.#limits
    signal.throwIfAborted()
    const late = Promise.withResolvers<never>()
    const onAbort = () => late.reject(signal.reason)
    const timer = setTimeout(
      () => late.reject(new Refusal('retry', 'late', `no end of ${what} within ${formatMs(timeoutMs)}`)),
      timeoutMs,
    )
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([act(), late.promise])
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }
}

function closed(): Refusal {
  return new Refusal('retry', 'unavailable', 'the server closed the connection')
}
