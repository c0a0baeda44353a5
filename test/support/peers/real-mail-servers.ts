// Mail servers that others wrote, each with its own word on what arrived: aiosmtpd by its mailbox, Mailpit by its HTTP interface.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort } from '../machine/listening.ts'
import { tempFolder } from '../machine/temp-folder.ts'
import { until } from '../machine/until.ts'
import { MAIL_CA } from './smtp-server.ts'

export const LOGIN = { username: 'ops', password: 'hunter2 with ünïcode' }
const CERTIFICATE = { cert: MAIL_CA, key: MAIL_CA.replace(/crt$/, 'key') }
const AIOSMTPD = fileURLToPath(new URL('../../fixtures/python/aiosmtpd-server.py', import.meta.url))

export type MailServer = {
  readonly port: number
  /** All mails that it keeps, as they came. */
  readonly mails: () => Promise<readonly string[]>
}

export type MailServerOptions = { readonly tls: 'starttls' | 'implicit'; readonly without?: readonly string[] }

/** Why there is none; undefined where there is one. */
export function aiosmtpdMissing(): string | undefined {
  const { status } = spawnSync(python(), ['-c', 'import aiosmtpd'])
  return status === 0 ? undefined : `${python()} has no aiosmtpd; AIOSMTPD_PYTHON names a Python that has it`
}

function python(): string {
  return process.env.AIOSMTPD_PYTHON ?? 'python3'
}

export async function startAiosmtpd(t: TestContext, { tls, without = [] }: MailServerOptions): Promise<MailServer> {
  const maildir = join(tempFolder(t), 'mail')
  const options = { ...LOGIN, ...CERTIFICATE, tls, without, maildir }
  const child = spawn(python(), [AIOSMTPD, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  t.after(async () => {
    child.stdin.end()
    await ended
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const folder = join(maildir, 'new')
  return {
    port: Number(line),
    mails: async () =>
      existsSync(folder) ? readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1')) : [],
  }
}

/** Why there is none; undefined where there is one. */
export function mailpitMissing(): string | undefined {
  const { MAILPIT_BIN } = process.env
  return MAILPIT_BIN && existsSync(MAILPIT_BIN) ? undefined : 'MAILPIT_BIN names no Mailpit'
}

type Mailpit = MailServer & { readonly list: () => Promise<readonly MailpitSummary[]> }
type MailpitAddress = { readonly Name: string; readonly Address: string }
type MailpitSummary = {
  readonly ID: string
  readonly Subject: string
  readonly From: MailpitAddress
  readonly To: readonly MailpitAddress[]
  readonly Cc: readonly MailpitAddress[] | null
  readonly Bcc: readonly MailpitAddress[] | null
}

export async function startMailpit(t: TestContext, { tls }: MailServerOptions): Promise<Mailpit> {
  const folder = tempFolder(t)
  const [port, apiPort] = [await freePort(), await freePort()]
  const hash = execFileSync('openssl', ['passwd', '-apr1', '-stdin'], { input: LOGIN.password, encoding: 'utf8' })
  writeFileSync(join(folder, 'users'), `${LOGIN.username}:${hash}`)
  const words = [
    ...['--smtp', `127.0.0.1:${port}`, '--listen', `127.0.0.1:${apiPort}`, '--database', join(folder, 'mail.db')],
    ...['--smtp-tls-cert', CERTIFICATE.cert, '--smtp-tls-key', CERTIFICATE.key, '--disable-version-check', '--quiet'],
    ...[
      '--smtp-auth-file',
      join(folder, 'users'),
      tls === 'implicit' ? '--smtp-require-tls' : '--smtp-require-starttls',
    ],
  ]
  const child = spawn(process.env.MAILPIT_BIN as string, words, { cwd: folder, stdio: 'ignore' })
  const ended = once(child, 'close')
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const api = `http://127.0.0.1:${apiPort}/api/v1`
  await until(async () => (await fetch(`${api}/info`).catch(() => undefined))?.ok === true)
  const list = async (): Promise<readonly MailpitSummary[]> =>
    ((await (await fetch(`${api}/messages`)).json()) as { messages: MailpitSummary[] }).messages
  const raw = async ({ ID }: MailpitSummary) => await (await fetch(`${api}/message/${ID}/raw`)).text()
  return { port, list, mails: async () => await Promise.all((await list()).map(raw)) }
}
