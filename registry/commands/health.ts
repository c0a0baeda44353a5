// `octo registry health`: asks a running registry whether it can do its work, as timers, service managers and containers need it.
import type { Command } from 'commander'
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { HttpReply } from '../../system/http/connection.ts'
import type { Run } from '../../terminal/program.ts'
import { addCommand, onRun } from '../../terminal/program.ts'

const USUAL = 'http://127.0.0.1:8787'
const DEADLINE_MS = 10_000

export function addHealthCommand(parent: Command): void {
  const health = addCommand(parent, {
    words: 'health [url]',
    summary: `ask a running registry whether it can do its work; ${USUAL} when none is named`,
    examples: ['octo registry health', 'octo registry health http://127.0.0.1:9000/octo --json'],
    json: true,
  })
  onRun(health, runHealth)
}

async function runHealth({ args: [text = USUAL], terminal }: Run<object>): Promise<number> {
  const url = parseUrl(text)
  const reply = await ask(url)
  if (reply.status !== 200) throw await refusalOf(reply, url)
  terminal.result({ json: { url: url.href, status: 'ready' }, text: () => 'ready' })
  return 0
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash)
    throw coded('USAGE', {
      message: `expected the address of a registry, found ${quote(text)}`,
      hint: `write for example \`octo registry health ${USUAL}\``,
    })
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

async function ask(url: URL): Promise<HttpReply> {
  const { openConnection } = await import('../../system/http/connection.ts')
  using connection = openConnection(url, { env: process.env })
  return await connection.send({ method: 'GET', path: 'readyz', signal: AbortSignal.timeout(DEADLINE_MS) })
}

/** What the registry itself says, which knows why it takes nothing more. */
async function refusalOf(reply: HttpReply, url: URL): Promise<Error> {
  const { callRefusalOf } = await import('../../system/http/call-refusal.ts')
  const refusal = callRefusalOf(reply, `${quote(url.href)}, asked whether it is ready,`, {
    address: 'name its own address: `octo registry health URL`',
  })
  if (!isCoded(refusal, 'NOT_FOUND') || url.pathname === '/') return refusal
  return coded('NOT_FOUND', {
    message: `no registry is at ${quote(url.href)}: ${refusal.message}`,
    details: refusal.details,
    hint: `name its own address: \`octo registry health ${url.origin}\``,
  })
}
