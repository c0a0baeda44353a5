// A mail server that keeps what it gets, as files and for whoever waits for a mail. It takes plain connections of this machine.
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type MailCatcher = AsyncDisposable & {
  readonly port: number
  /** The first mail, also an earlier one, whose text is such; with `signal` none. */
  mail(isWanted: (text: string) => boolean, signal: AbortSignal): Promise<Mail | undefined>
}

/** As people read it, and the file that it is kept in as it came. */
type Mail = { readonly file: string; readonly text: string }

/** What is answered to a command; all else is as well. */
const ANSWERS: Readonly<Record<string, string>> = {
  EHLO: '250 catcher',
  HELO: '250 catcher',
  DATA: '354 end with a dot',
  QUIT: '221 bye',
}

export async function catchMail(folder: string): Promise<MailCatcher> {
  mkdirSync(folder, { mode: 0o700 })
  const mails: Mail[] = []
  const waiting = new Set<() => void>()
  const sockets = new Set<Socket>()
  function keep(mail: string): void {
    const file = join(folder, `${mails.length + 1}.eml`)
    writeFileSync(file, mail, { mode: 0o600 })
    mails.push({ file, text: readable(mail) })
    for (const look of waiting) look()
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    // Whoever has sent a mail may hang up at once.
    converse(socket, keep).catch(() => undefined)
  })
  server.listen({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    mail(isWanted, signal) {
      const { promise, resolve } = Promise.withResolvers<Mail | undefined>()
      const look = () => {
        const found = mails.find(({ text }) => isWanted(text))
        if (found !== undefined || signal.aborted) resolve(found)
      }
      waiting.add(look)
      signal.addEventListener('abort', look)
      look()
      return promise.finally(() => {
        waiting.delete(look)
        signal.removeEventListener('abort', look)
      })
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The lines of the head that people look at, and the text, which the notifier sends in base64. */
function readable(mail: string): string {
  const [head = '', ...body] = mail.split('\r\n\r\n')
  const shown = head.split('\r\n').filter((line) => /^(?:From|To|Subject): /.test(line))
  const text = body.join('\r\n\r\n')
  const isEncoded = /^Content-Transfer-Encoding: base64$/im.test(head)
  const plain = isEncoded ? Buffer.from(text, 'base64').toString() : text
  return `${shown.join('\n')}\n\n${plain.replaceAll('\r\n', '\n').trimEnd()}`
}

async function converse(socket: Socket, take: (text: string) => void): Promise<void> {
  const say = (line: string) => socket.write(`${line}\r\n`)
  say('220 catcher ESMTP')
  let mail: string[] | undefined
  for await (const line of createInterface({ input: socket })) {
    if (mail === undefined) {
      const word = line.slice(0, 4).toUpperCase()
      say(ANSWERS[word] ?? '250 ok')
      if (word === 'DATA') mail = []
      if (word === 'QUIT') socket.end()
    } else if (line === '.') {
      take(`${mail.join('\r\n')}\r\n`)
      mail = undefined
      say('250 kept')
    } else mail.push(line.startsWith('.') ? line.slice(1) : line)
  }
}
