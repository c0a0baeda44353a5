// As much of PostgreSQL's protocol as one client needs that asks one question after the other: a login with a password over a
// Unix socket, simple queries, answers as text.
import type { Socket } from 'node:net'
import { createConnection } from 'node:net'

export type PostgresPlace = { readonly socket: string; readonly user: string; readonly password: string }

type Postgres = {
  readonly version: string
  /** Rows of texts. Throws what the server says against it. */
  query(sql: string): Promise<string[][]>
  /** Settles when the server has ended the connection. */
  readonly lost: Promise<void>
  close(): void
}

type Message = { readonly type: string; readonly body: Buffer }

const PROTOCOL = 196_608
const PASSWORD_WANTED = 3

/** To the database `postgres`, which is always there. Throws what the server, or the system, says. */
export async function connectPostgres({ socket: path, user, password }: PostgresPlace): Promise<Postgres> {
  const socket = createConnection({ path })
  const messages = readMessages(socket)
  socket.write(framed('', Buffer.concat([number(PROTOCOL), texts('user', user, 'database', 'postgres', '')])))
  let version = ''
  await untilReady(messages, ({ type, body }) => {
    if (type === 'R' && body.readInt32BE(0) === PASSWORD_WANTED) socket.write(framed('p', texts(password)))
    const [name, value = ''] = type === 'S' ? body.toString().split('\0') : []
    if (name === 'server_version') version = value.split(' ')[0] ?? ''
  })
  let last: Promise<unknown> = Promise.resolve()
  const { promise: lost, resolve } = Promise.withResolvers<void>()
  let isClosed = false
  socket.once('close', () => (isClosed ? undefined : resolve()))
  async function ask(sql: string): Promise<string[][]> {
    const rows: string[][] = []
    socket.write(framed('Q', texts(sql)))
    await untilReady(messages, ({ type, body }) => void (type === 'D' && rows.push(fieldsOf(body))))
    return rows
  }
  return {
    version,
    query(sql) {
      const answer = last.then(() => ask(sql))
      last = answer.catch(() => undefined)
      return answer
    },
    lost,
    close() {
      isClosed = true
      socket.end(framed('X', Buffer.alloc(0)))
    },
  }
}

/** The server says `Z` when it waits for the next question, also behind an error. */
async function untilReady(messages: AsyncIterator<Message>, take: (message: Message) => void): Promise<void> {
  let refused: string | undefined
  for (;;) {
    const { value, done } = await messages.next()
    if (done) throw new Error(refused ?? 'the database has closed the connection')
    if (value.type === 'Z') break
    if (value.type === 'E') refused = errorText(value.body)
    else take(value)
  }
  if (refused !== undefined) throw new Error(refused)
}

async function* readMessages(socket: Socket): AsyncGenerator<Message, undefined> {
  let rest = Buffer.alloc(0)
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk as Buffer])
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const end = 1 + rest.readInt32BE(1)
      yield { type: String.fromCharCode(rest.readUInt8(0)), body: rest.subarray(5, end) }
      rest = rest.subarray(end)
    }
  }
}

function fieldsOf(body: Buffer): string[] {
  let at = 2
  return Array.from({ length: body.readInt16BE(0) }, () => {
    const length = body.readInt32BE(at)
    const text = body.toString('utf8', at + 4, at + 4 + Math.max(length, 0))
    at += 4 + Math.max(length, 0)
    return text
  })
}

/** Fields with a letter each; `M` is the sentence for people. */
function errorText(body: Buffer): string {
  const found = body
    .toString()
    .split('\0')
    .find((field) => field.startsWith('M'))
  return found?.slice(1) ?? 'the database refuses'
}

function framed(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), number(body.length + 4), body])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function texts(...all: readonly string[]): Buffer {
  return Buffer.from(all.map((text) => `${text}\0`).join(''))
}
