// The rules of HTTP/2 as check-grpc holds a server to them: what breaks one is refused in words of its own, what is allowed
// is taken, and what never ends has an end.
import assert from 'node:assert/strict'
import test from 'node:test'
import { check } from '../../plugins/check-grpc/check.ts'
import type { Frame } from '../../plugins/check-grpc/http2/frames.ts'
import { FLAG, renderFrame, TYPE } from '../../plugins/check-grpc/http2/frames.ts'
import type { HeaderField } from '../../plugins/check-grpc/http2/header-block.ts'
import { encodeHeaders } from '../../plugins/check-grpc/http2/header-block.ts'
import { failsSoberly } from '../support/peers/hostile-peers.ts'
import { repeating, saying, scriptedServer } from '../support/peers/scripted-server.ts'

const frame = (type: number, payload: Buffer | string = '', { flags = 0, stream = 0 }: Partial<Frame> = {}) =>
  renderFrame({ type, flags, stream, payload: typeof payload === 'string' ? Buffer.from(payload, 'hex') : payload })
const SETTINGS = frame(TYPE.SETTINGS)
const ON = { stream: 1 }
const END = { stream: 1, flags: FLAG.END_HEADERS | FLAG.END_STREAM }
const headers = (fields: readonly HeaderField[], flags: number = FLAG.END_HEADERS) =>
  frame(TYPE.HEADERS, encodeHeaders(fields), { stream: 1, flags })
const GOOD: readonly HeaderField[] = [
  [':status', '200'],
  ['content-type', 'application/grpc'],
]
const MESSAGE = frame(TYPE.DATA, '00000000020801', ON)
const TRAILERS = headers([['grpc-status', '0']], END.flags)
/** What comes between settings and the rest of a good answer, or instead of it. */
const broken = (...frames: readonly Buffer[]) => Buffer.concat([SETTINGS, ...frames])
const before = (...frames: readonly Buffer[]) => broken(...frames, headers(GOOD), MESSAGE, TRAILERS)
const headed = (block: string) => broken(frame(TYPE.HEADERS, block, { ...ON, flags: FLAG.END_HEADERS }))
const trailed = (...fields: readonly HeaderField[]) => broken(headers(GOOD), MESSAGE, headers(fields, END.flags))

const RULES: readonly (readonly [what: string, bytes: Buffer, says: RegExp])[] = [
  ['begins with a ping', frame(TYPE.PING, '00'.repeat(8)), /does not begin as HTTP\/2 does/],
  ['begins by confirming', frame(TYPE.SETTINGS, '', { flags: FLAG.ACK }), /does not begin/],
  ['announces 16 MiB', Buffer.from('ffffff040000000000', 'hex'), /frame of 16777215 bytes/],
  ['announces 4 GiB of headers', before(Buffer.from('ffffff010400000001', 'hex')), /frame of 16777215 bytes/],
  ['sends settings of 5 bytes', frame(TYPE.SETTINGS, '0000000000'), /settings are not as/],
  ['sends settings on a stream', frame(TYPE.SETTINGS, '', ON), /settings are not as/],
  ['confirms with a body', before(frame(TYPE.SETTINGS, '000100000000', { flags: FLAG.ACK })), /settings are not as/],
  ['sets a window of 2^31', frame(TYPE.SETTINGS, '000480000000'), /number 4 is 2147483648/],
  ['sets frames of 1 byte', frame(TYPE.SETTINGS, '000500000001'), /number 5 is 1$/],
  ['pings with 7 bytes', before(frame(TYPE.PING, '00'.repeat(7))), /pings in a way/],
  ['pings on a stream', before(frame(TYPE.PING, '00'.repeat(8), ON)), /pings in a way/],
  ['pushes', before(frame(TYPE.PUSH_PROMISE, '00000002', { ...ON, flags: FLAG.END_HEADERS })), /pushes what nobody/],
  ['gives a window of nothing', before(frame(TYPE.WINDOW_UPDATE, '00000000')), /not as HTTP\/2 has it/],
  ['gives a priority of 4 bytes', before(frame(TYPE.PRIORITY, '00000000', ON)), /not as HTTP\/2 has it/],
  ['sends data first', broken(MESSAGE, headers(GOOD), TRAILERS), /data that belongs to no answer/],
  ['sends data elsewhere', broken(headers(GOOD), frame(TYPE.DATA, '00', { stream: 3 })), /belongs to no answer/],
  [
    'sends headers elsewhere',
    broken(frame(TYPE.HEADERS, '88', { stream: 2, flags: END.flags })),
    /belong to no answer/,
  ],
  [
    'pads more than it sends',
    broken(headers(GOOD), frame(TYPE.DATA, '05000000', { ...ON, flags: FLAG.PADDED })),
    /pads more/,
  ],
  ['pads nothing', broken(headers(GOOD), frame(TYPE.DATA, '', { ...ON, flags: FLAG.PADDED })), /pads more/],
  [
    'has a priority of its headers cut off',
    broken(frame(TYPE.HEADERS, '0000', { ...ON, flags: FLAG.PRIORITY })),
    /too short/,
  ],
  ['goes on with nothing', before(frame(TYPE.CONTINUATION, '', ON)), /did not begin/],
  ['pings among headers', broken(headers(GOOD, 0), frame(TYPE.PING, '00'.repeat(8))), /breaks off its headers/],
  [
    'goes on elsewhere',
    broken(headers(GOOD, 0), frame(TYPE.CONTINUATION, '', { stream: 3, flags: 4 })),
    /did not begin/,
  ],
  ['sends headers in between', broken(headers(GOOD), headers([['a', 'b']]), MESSAGE, TRAILERS), /in the middle/],
  ['ends with an interim answer', broken(headers([[':status', '103']], END.flags)), /before its answer has begun/],
  ['sends no status', broken(headers([['content-type', 'application/grpc']])), /no HTTP status/],
  ['sends a status of four digits', broken(headers([[':status', '2000']])), /no HTTP status/],
  [
    'sends two statuses',
    broken(
      headers([
        [':status', '200'],
        [':status', '200'],
      ]),
    ),
    /headers are not as/,
  ],
  [
    'sends its status last',
    broken(
      headers([
        ['a', 'b'],
        [':status', '200'],
      ]),
    ),
    /headers are not as/,
  ],
  [
    'sends a header of requests',
    broken(
      headers([
        [':status', '200'],
        [':path', '/'],
      ]),
    ),
    /headers are not as/,
  ],
  [
    'sends a name in capitals',
    broken(
      headers([
        [':status', '200'],
        ['Content-Type', 'x'],
      ]),
    ),
    /headers are not as/,
  ],
  [
    'sends a name of nothing',
    broken(
      headers([
        [':status', '200'],
        ['', 'x'],
      ]),
    ),
    /headers are not as/,
  ],
  [
    'sends a line break',
    broken(
      headers([
        [':status', '200'],
        ['a', 'b\r\nc: d'],
      ]),
    ),
    /characters that HTTP does not allow/,
  ],
  ['sends a status in its trailers', trailed([':status', '200'], ['grpc-status', '0']), /headers are not as/],
  ['sends two states of gRPC', trailed(['grpc-status', '0'], ['grpc-status', '14']), /`grpc-status` more than once/],
  ['sends an index of nothing', headed('80'), /never sent/],
  ['sends an index beyond the table', headed('be'), /never sent/],
  ['sends a name beyond the table', headed('7f000161'), /never sent/],
  ['sends a number without end', headed(`ff${'ff'.repeat(30)}`), /number that is too long/],
  ['sends a huge number', headed('ffffffff7f'), /number that is too long/],
  ['sends half a number', headed('ff'), /end within one/],
  ['sends half a value', headed('0001610562'), /end within one/],
  ['sends half a text', headed('000561'), /end within one/],
  ['wants a table', headed('3f01'), /table that was not allowed/],
  ['changes the table late', headed('8820'), /table that was not allowed/],
  ['sends the end of text', headed('000161' + '84ffffffff'), /end of its text/],
  ['sends half a character', headed('000161' + '81fe'), /within a character/],
  ['pads a character with zeros', headed('000161' + '8118'), /within a character/],
  ['pads a character with a byte', headed('000161' + '821fff'), /within a character/],
  ['sends 300 headers', headed('88'.repeat(300)), /more than 256 headers/],
  ['resets', broken(frame(TYPE.RST_STREAM, '00000007', ON)), /breaks the call off: REFUSED_STREAM$/],
  ['resets without a reason', broken(headers(GOOD), frame(TYPE.RST_STREAM, '00000000', ON)), /NO_ERROR$/],
  ['resets for a reason of its own', broken(frame(TYPE.RST_STREAM, '000000ff', ON)), /error 255$/],
  ['resets another stream', before(frame(TYPE.RST_STREAM, '00000000', { stream: 3 })), /never begun/],
  ['resets with 3 bytes', before(frame(TYPE.RST_STREAM, '000000', ON)), /never begun/],
  [
    'leaves',
    broken(frame(TYPE.GOAWAY, `000000000000000b${Buffer.from('too\r\nmany').toString('hex')}`)),
    /ends the connection: ENHANCE_YOUR_CALM \(too many\)$/,
  ],
  [
    'leaves, and answers all the same',
    before(frame(TYPE.GOAWAY, '0000000000000001')),
    /ends the connection: PROTOCOL_ERROR$/,
  ],
  ['leaves and hangs up', broken(frame(TYPE.GOAWAY, '0000000100000000')), /ends the connection: NO_ERROR$/],
  ['leaves with 7 bytes', before(frame(TYPE.GOAWAY, '00'.repeat(7))), /says goodbye in a way/],
  ['leaves on a stream', before(frame(TYPE.GOAWAY, '0000000100000000', ON)), /says goodbye in a way/],
]

for (const [what, bytes, says] of RULES)
  test(`refuses a server that ${what}`, async (t) => {
    assert.match(await failsSoberly(t, check, { what, script: saying(bytes) }), says)
  })

const ALLOWED: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['frames of a kind that nobody knows', before(frame(0xfa, 'abcdef'), frame(0x0a, '', ON))],
  [
    'priorities, windows and settings',
    before(
      frame(TYPE.PRIORITY, '0000000010', ON),
      frame(TYPE.WINDOW_UPDATE, '00000001'),
      frame(TYPE.SETTINGS, '000800000001'),
    ),
  ],
  [
    'padding',
    broken(
      frame(TYPE.HEADERS, `02${encodeHeaders(GOOD).toString('hex')}0000`, {
        ...ON,
        flags: FLAG.END_HEADERS | FLAG.PADDED,
      }),
      frame(TYPE.DATA, `0300000000020801${'00'.repeat(3)}`, { ...ON, flags: FLAG.PADDED }),
      TRAILERS,
    ),
  ],
  [
    'headers with a priority',
    broken(
      frame(TYPE.HEADERS, `0000000010${encodeHeaders(GOOD).toString('hex')}`, {
        ...ON,
        flags: FLAG.END_HEADERS | FLAG.PRIORITY,
      }),
      MESSAGE,
      TRAILERS,
    ),
  ],
  [
    'headers in pieces',
    broken(
      headers(GOOD.slice(0, 1), 0),
      frame(TYPE.CONTINUATION, '', ON),
      frame(TYPE.CONTINUATION, encodeHeaders(GOOD.slice(1)), { ...ON, flags: FLAG.END_HEADERS }),
      MESSAGE,
      TRAILERS,
    ),
  ],
  [
    'a message in pieces',
    broken(
      headers(GOOD),
      ...('00000000020801'.match(/../g)?.map((byte) => frame(TYPE.DATA, byte, ON)) ?? []),
      frame(TYPE.DATA, '', ON),
      TRAILERS,
    ),
  ],
  [
    'an interim answer',
    before(
      headers([
        [':status', '103'],
        ['link', 'x'],
      ]),
    ),
  ],
  ['a reserved bit', before(Buffer.from('00000408008000000000000001', 'hex'))],
  ['a farewell that lets the call end', before(frame(TYPE.GOAWAY, '7fffffff00000000'))],
  [
    'a table of size 0',
    broken(
      frame(TYPE.HEADERS, `20${encodeHeaders(GOOD).toString('hex')}`, { ...ON, flags: FLAG.END_HEADERS }),
      MESSAGE,
      TRAILERS,
    ),
  ],
]

for (const [what, bytes] of ALLOWED)
  test(`takes ${what}, as HTTP/2 allows`, async (t) => {
    const { status, summary } = await check.evaluate([`grpc://127.0.0.1:${await scriptedServer(t, saying(bytes))}`])
    assert.equal(status, 'ok', summary)
  })

const ENDLESS: readonly (readonly [what: string, start: Buffer, more: Buffer, says: RegExp])[] = [
  ['pings', broken(), frame(TYPE.PING, '00'.repeat(8)), /more than 1000 frames|256 KiB/],
  ['settings', broken(), SETTINGS, /more than 1000 frames/],
  ['frames of nothing', broken(headers(GOOD)), frame(TYPE.DATA, '', ON), /more than 1000 frames/],
  ['frames that nobody knows', broken(), frame(0xfa, Buffer.alloc(16_384)), /256 KiB/],
  [
    'headers',
    broken(headers(GOOD, 0)),
    frame(TYPE.CONTINUATION, Buffer.alloc(1024), ON),
    /headers are longer than 16 KiB/,
  ],
  ['headers of nothing', broken(headers(GOOD, 0)), frame(TYPE.CONTINUATION, '', ON), /more than 1000 frames/],
  ['interim answers', broken(), headers([[':status', '103']]), /more than 1000 frames/],
  ['body', broken(headers(GOOD)), frame(TYPE.DATA, Buffer.alloc(1024), ON), /answer is longer than 32 KiB/],
  [
    'padding',
    broken(headers(GOOD)),
    frame(TYPE.DATA, `ff${'00'.repeat(255)}`, { ...ON, flags: FLAG.PADDED }),
    /answer is longer than 32 KiB/,
  ],
]

for (const [what, start, more, says] of ENDLESS)
  test(`has enough of a server that sends ${what} without end`, async (t) => {
    assert.match(await failsSoberly(t, check, { what, script: repeating(more, start) }), says)
  })
