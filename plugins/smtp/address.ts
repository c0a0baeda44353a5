// Mail addresses. What could be read as two of them, or as a command of its own, is refused and never repaired: a server that is
// told `a@b>,<c@d` sends to somebody whom nobody named.
import { domainToASCII } from 'node:url'
import { invalidOptions } from '../../sdk/index.ts'

export type Mailbox = {
  /** As people read it; may hold anything but control characters. */
  readonly name?: string
  readonly local: string
  /** In ASCII. */
  readonly domain: string
  /** The server has to understand SMTPUTF8. */
  readonly needsUtf8: boolean
}

const MAX_LOCAL_BYTES = 64
const MAX_DOMAIN = 255
const ATOM = "[\\p{L}\\p{N}\\p{M}!#$%&'*+/=?^_`{|}~-]"
const LOCAL = new RegExp(`^${ATOM}+(?:\\.${ATOM}+)*$`, 'u')
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
const DOMAIN = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[(?:IPv6:[0-9A-Fa-f:.]+|[0-9.]+)\\])$`)

/** Reads `ops@example.com` or `Ops <ops@example.com>`; throws InvalidOptions. `option` is where it was given. */
export function parseMailbox(text: string, option: string): Mailbox {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text))
    throw invalidOptions(`--${option} holds a control character or line break, which no address may`)
  const [, name = '', inner, bare] = /^(?:([^<>]*)<([^<>]*)>|([^<>]*))$/.exec(text.trim()) ?? []
  const address = (inner ?? bare ?? '').trim()
  const at = address.lastIndexOf('@')
  const local = address.slice(0, Math.max(0, at))
  const domain = asciiDomain(address.slice(at + 1))
  if (!LOCAL.test(local) || Buffer.byteLength(local) > MAX_LOCAL_BYTES || domain === undefined)
    throw invalidOptions(
      `--${option} is ${quoted(text)}, expected one address such as \`ops@example.com\` or \`Ops <ops@example.com>\``,
    )
  const plain = name.trim().replace(/^"(.*)"$/, '$1')
  return { ...(plain === '' ? {} : { name: plain }), local, domain, needsUtf8: !isAscii(local) }
}

export function addressOf({ local, domain }: Mailbox): string {
  return `${local}@${domain}`
}

export function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

/** Names of other alphabets as the name servers know them. */
function asciiDomain(domain: string): string | undefined {
  const ascii = isAscii(domain) ? domain : domainToASCII(domain)
  return ascii.length <= MAX_DOMAIN && DOMAIN.test(ascii) ? ascii : undefined
}

function quoted(text: string): string {
  return `\`${text.length > 80 ? `${text.slice(0, 80)}…` : text}\``
}
