// Opens a TCP connection to a host: all its addresses side by side, within one time limit.
import type { LookupAddress } from 'node:dns'
import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import type { Attempt } from '../../schemas/side-by-side.ts'
import { HEAD_START_MS, interleaveFamilies, raceSideBySide } from '../../schemas/side-by-side.ts'

export type Dialing = { readonly host: string; readonly port: number; readonly timeoutMs: number }

/** Rejects with the operating system's error, or an AggregateError of several. `cancel` lets go of everything. */
export function dial({ host, port, timeoutMs }: Dialing): Attempt<Socket> {
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
  addressesOf(host).then((addresses) => {
    if (isOver) return
    const candidates = interleaveFamilies(addresses)
    race = raceSideBySide({ candidates, start: ({ address }) => attempt(address, port), afterHeadStart })
    race.opened.then((socket) => finish(() => resolve(socket)), fail)
  }, fail)
  return { opened: promise, cancel: giveUp }
}

async function addressesOf(host: string): Promise<readonly LookupAddress[]> {
  const family = isIP(host)
  if (family) return [{ address: host, family }]
  return process.getBuiltinModule('node:dns').promises.lookup(host, { all: true })
}

function attempt(host: string, port: number): Attempt<Socket> {
  const socket = process.getBuiltinModule('node:net').connect({ host, port, noDelay: true, keepAlive: true })
  const opened = new Promise<Socket>((resolve, reject) => {
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
    socket.once('error', reject)
  })
  return { opened, cancel: () => void socket.on('error', () => undefined).destroy() }
}

function afterHeadStart(act: () => void): () => void {
  const timer = setTimeout(act, HEAD_START_MS)
  return () => clearTimeout(timer)
}

function timedOut(host: string): Error {
  return Object.assign(new AggregateError([], `no connection to ${host} in time`), { code: 'ETIMEDOUT' })
}
