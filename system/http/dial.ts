// Opens a connection: to a host by TCP, all its addresses side by side, or to a Unix socket; within one time limit.
import type { LookupAddress } from 'node:dns'
import type { NetConnectOpts, Socket } from 'node:net'
import { isIP } from 'node:net'
import type { Attempt } from '../../schemas/side-by-side.ts'
import { HEAD_START_MS, interleaveFamilies, raceSideBySide } from '../../schemas/side-by-side.ts'

/** A Unix socket of this machine. */
export type SocketDialing = { readonly path: string; readonly timeoutMs: number }

export type Dialing = {
  readonly host: string
  readonly port: number
  readonly timeoutMs: number
  /** Asked before anything is opened; throws for a host that is not to be connected to. */
  readonly admit?: ((host: string, addresses: readonly string[]) => void) | undefined
}

/** Rejects with the operating system's error, or an AggregateError of several. `cancel` lets go of everything. */
export function dial({ host, port, timeoutMs, admit }: Dialing): Attempt<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  let race: Attempt<Socket> | undefined
  let isOver = false
  function finish(act: () => void): void {
    isOver = true
    clearTimeout(timer)
    act()
  }
  function giveUp(): void {
    finish(() => reject(timedOut(host)))
    race?.cancel()
  }
  const timer = setTimeout(giveUp, timeoutMs)
  const fail = (error: unknown) => finish(() => reject(error))
  const allowed = addressesOf(host).then((addresses) => {
    admit?.(
      host,
      addresses.map(({ address }) => address),
    )
    return addresses
  })
  allowed.then((addresses) => {
    if (isOver) return
    const candidates = interleaveFamilies(addresses)
    race = raceSideBySide({ candidates, start: ({ address }) => attempt(address, port), afterHeadStart })
    race.opened.then((socket) => finish(() => resolve(socket)), fail)
  }, fail)
  return { opened: promise, cancel: giveUp }
}

/** The same for a Unix socket. */
export function dialSocket({ path, timeoutMs }: SocketDialing): Attempt<Socket> {
  const { opened, cancel } = opening({ path })
  const timer = setTimeout(() => cancel(timedOut(path)), timeoutMs)
  return { opened: opened.finally(() => clearTimeout(timer)), cancel: () => cancel(timedOut(path)) }
}

async function addressesOf(host: string): Promise<readonly LookupAddress[]> {
  const family = isIP(host)
  if (family) return [{ address: host, family }]
  return process.getBuiltinModule('node:dns').promises.lookup(host, { all: true })
}

function attempt(host: string, port: number): Attempt<Socket> {
  const { opened, cancel } = opening({ host, port, noDelay: true, keepAlive: true })
  return { opened, cancel: () => cancel() }
}

type Opening = { readonly opened: Promise<Socket>; cancel(reason?: Error): void }

function opening(options: NetConnectOpts): Opening {
  const socket = process.getBuiltinModule('node:net').connect(options)
  const opened = new Promise<Socket>((resolve, reject) => {
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
    socket.once('error', reject)
  })
  return { opened, cancel: (reason) => void socket.on('error', () => undefined).destroy(reason) }
}

function afterHeadStart(act: () => void): () => void {
  const timer = setTimeout(act, HEAD_START_MS)
  return () => clearTimeout(timer)
}

export function timedOut(host: string): Error {
  return Object.assign(new AggregateError([], `no connection to ${host} in time`), { code: 'ETIMEDOUT' })
}
