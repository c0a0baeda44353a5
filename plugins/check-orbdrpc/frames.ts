// Frames and packets of DRPC (storj.io/drpc): written, and read within bounds. A packet is one frame, or several of one number.
import type { ByteReader } from '../rpc-health/byte-reader.ts'
import { protocolError, RpcFailure, tooMuch } from '../rpc-health/failure.ts'
import { readVarint, renderVarint } from '../rpc-health/protobuf.ts'
import { recogniseStranger } from '../rpc-health/strangers.ts'

export const KIND = { INVOKE: 1, MESSAGE: 2, ERROR: 3, CANCEL: 4, CLOSE: 5, CLOSE_SEND: 6, METADATA: 7 } as const

export type Packet = { readonly kind: number; readonly data: Buffer }

type Frame = Packet & {
  readonly isControl: boolean
  readonly isDone: boolean
  readonly stream: bigint
  readonly message: bigint
}

/** The only stream of the connection. */
const STREAM = 1n
const MAX_PACKET_BYTES = 64 * 1024
/** Counts what costs next to no bytes as well. */
const MAX_FRAMES = 1000
const MAX_VARINT_BYTES = 10

/** Each packet as one frame, numbered from 1. */
export function renderPackets(packets: readonly Packet[]): Buffer {
  return Buffer.concat(
    packets.flatMap(({ kind, data }, index) => [
      Buffer.from([(kind << 1) | 1, Number(STREAM)]),
      renderVarint(index + 1),
      renderVarint(data.length),
      data,
    ]),
  )
}

/** The packets of the answer one by one; what is not for us or not known, and marked so, is passed over. */
export async function* readPackets(reader: ByteReader): AsyncGenerator<Packet> {
  let current: Frame | undefined
  let parts: Buffer[] = []
  for (let count = 0; count < MAX_FRAMES; count++) {
    const frame = await readFrame(reader)
    if (frame.isControl) continue
    const isNext = follows(frame, current)
    parts = isNext ? [frame.data] : [...parts, frame.data]
    current = frame
    if (parts.reduce((sum, { length }) => sum + length, 0) > MAX_PACKET_BYTES) throw tooLong()
    if (frame.isDone) yield { kind: frame.kind, data: Buffer.concat(parts) }
  }
  throw tooMuch(`it sends more than ${MAX_FRAMES} frames`)
}

/** Whether a new packet begins, which may also give up one that was not done. Numbers only grow. */
function follows(frame: Frame, current: Frame | undefined): boolean {
  if (frame.stream !== STREAM) throw protocolError('it answers a call that was never made')
  if (current === undefined || frame.message > current.message) return frame.message > 0n || misnumbered()
  if (frame.message < current.message || current.isDone) return misnumbered()
  if (frame.kind !== current.kind) throw protocolError('it changes its mind within a packet')
  return false
}

function misnumbered(): never {
  throw protocolError('its packets are not numbered as DRPC has them')
}

async function readFrame(reader: ByteReader): Promise<Frame> {
  try {
    const header = (await reader.take(1)).readUInt8(0)
    const frame = { isControl: header >= 0x80, isDone: (header & 1) === 1, kind: (header >> 1) & 0x3f }
    if (!frame.isControl && !KINDS.includes(frame.kind)) throw protocolError('it does not speak DRPC')
    const stream = await takeVarint(reader)
    const message = await takeVarint(reader)
    const length = await takeVarint(reader)
    if (length > MAX_PACKET_BYTES) throw tooLong()
    return { ...frame, stream, message, data: await reader.take(Number(length)) }
  } catch (error) {
    throw strangerInstead(reader) ?? error
  }
}

const KINDS: readonly number[] = Object.values(KIND)

async function takeVarint(reader: ByteReader): Promise<bigint> {
  let bytes = Buffer.alloc(0)
  while (bytes.length < MAX_VARINT_BYTES) {
    bytes = Buffer.concat([bytes, await reader.take(1)])
    if ((bytes.at(-1) as number) < 0x80) break
  }
  const value = numberOf(bytes)
  if (value === undefined) throw protocolError('it sends a number that is too long')
  return value
}

function numberOf(bytes: Buffer): bigint | undefined {
  try {
    return readVarint(bytes)?.[0]
  } catch {
    return undefined
  }
}

function strangerInstead({ head }: ByteReader): RpcFailure | undefined {
  const stranger = recogniseStranger(head)
  if (!stranger) return undefined
  return new RpcFailure('OTHER_PROTOCOL', `${stranger.words}, expected DRPC`, { speaks: stranger.speaks })
}

function tooLong(): Error {
  return tooMuch(`it sends a packet of more than ${MAX_PACKET_BYTES / 1024} KiB`)
}
