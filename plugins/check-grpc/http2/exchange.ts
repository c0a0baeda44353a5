// One request over a fresh HTTP/2 connection and its whole answer, for answers of a few hundred bytes: the windows that every
// connection starts with are enough, so none is ever enlarged, and what would need more is refused.
import type { Duplex } from 'node:stream'
import { ByteReader } from '../../rpc-health/byte-reader.ts'
import { protocolError, RpcFailure, tooMuch } from '../../rpc-health/failure.ts'
import { recogniseStranger } from '../../rpc-health/strangers.ts'
import { Answer } from './answer.ts'
import type { Frame } from './frames.ts'
import { FLAG, PREFACE, readFrame, renderFrame, SETTING, TYPE } from './frames.ts'
import type { HeaderField } from './header-block.ts'
import { encodeHeaders, MAX_BLOCK_BYTES } from './header-block.ts'

export type Request = { readonly headers: readonly HeaderField[]; readonly body: Buffer }

/** Counts what costs no bytes as well: empty frames, pings, settings again and again. */
const MAX_FRAMES = 1000
/** The only stream of the connection. */
const STREAM = 1

/** Rejects with an RpcFailure, or with the error of the connection. */
export async function exchange(socket: Duplex, request: Request): Promise<Answer> {
  const reader = new ByteReader(socket)
  socket.write(renderRequest(request))
  const first = await firstFrame(reader)
  const answer = new Answer()
  reply(socket, answer.take(first))
  for (let count = 1; !answer.isWhole; count++) {
    if (count === MAX_FRAMES) throw tooMuch(`it sends more than ${MAX_FRAMES} frames`)
    reply(socket, answer.take(await nextFrame(reader, answer)))
  }
  return answer
}

function renderRequest({ headers, body }: Request): Buffer {
  const settings = [
    [SETTING.HEADER_TABLE_SIZE, 0],
    [SETTING.ENABLE_PUSH, 0],
    [SETTING.MAX_HEADER_LIST_SIZE, MAX_BLOCK_BYTES],
  ] as const
  const payload = Buffer.alloc(settings.length * 6)
  settings.forEach(([name, value], index) => {
    payload.writeUInt16BE(name, index * 6)
    payload.writeUInt32BE(value, index * 6 + 2)
  })
  return Buffer.concat([
    Buffer.from(PREFACE, 'latin1'),
    renderFrame({ type: TYPE.SETTINGS, payload }),
    renderFrame({ type: TYPE.HEADERS, flags: FLAG.END_HEADERS, stream: STREAM, payload: encodeHeaders(headers) }),
    renderFrame({ type: TYPE.DATA, flags: FLAG.END_STREAM, stream: STREAM, payload: body }),
  ])
}

/** A server begins with its settings; whoever says something else first speaks something else. */
async function firstFrame(reader: ByteReader): Promise<Required<Frame>> {
  try {
    const frame = await readFrame(reader)
    if (frame.type === TYPE.SETTINGS && !(frame.flags & FLAG.ACK)) return frame
    throw protocolError('it does not begin as HTTP/2 does')
  } catch (error) {
    const stranger = recogniseStranger(reader.head)
    if (stranger === undefined || stranger.speaks === 'HTTP/2') throw error
    const { speaks, words } = stranger
    throw new RpcFailure('OTHER_PROTOCOL', `${words}, expected HTTP/2`, { speaks })
  }
}

/** A connection that was said to end, and ended, did so for the reason that was said. */
async function nextFrame(reader: ByteReader, answer: Answer): Promise<Required<Frame>> {
  try {
    return await readFrame(reader)
  } catch (error) {
    throw (error instanceof RpcFailure && error.code === 'CLOSED' && answer.farewell) || error
  }
}

function reply(socket: Duplex, frame: Frame | undefined): void {
  if (frame && socket.writable) socket.write(renderFrame(frame))
}
