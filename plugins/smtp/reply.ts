// Answers of a mail server: a code of three digits, with one line or several.
import { Refusal } from './refusal.ts'

export type Reply = {
  readonly code: number
  readonly lines: readonly string[]
}

const MAX_LINES = 200
const MAX_LINE_BYTES = 8192
/** Nothing that a server has to say before it is asked again is longer. */
export const MAX_REPLY_BYTES = 128 * 1024
const MAX_SHOWN = 200

type Taken = { readonly reply: Reply; readonly rest: Buffer }

/** The first whole answer of what came; undefined when there is none yet. Throws Refusal for what is no answer. */
export function takeReply(bytes: Buffer): Taken | undefined {
  const lines: string[] = []
  let from = 0
  let code = ''
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, from)) {
    const line = bytes.subarray(from, at).toString('utf8').replace(/\r$/, '')
    from = at + 1
    const [, digits = '', mark = '', text = ''] = /^([2-5][0-9]{2})([ -]?)(.*)$/s.exec(line) ?? []
    if (digits === '' || (code !== '' && digits !== code) || line.length > MAX_LINE_BYTES || lines.length === MAX_LINES)
      throw noReply()
    if (mark === '' && text !== '') throw noReply()
    code = digits
    lines.push(text)
    if (mark !== '-') return { reply: { code: Number(digits), lines }, rest: bytes.subarray(from) }
  }
  if (bytes.length - from > MAX_LINE_BYTES) throw noReply()
  return undefined
}

/** Code and words, for people. */
export function shownReply({ code, lines }: Reply): string {
  const text = lines.join(' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
  return `${code} ${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text}`.trim()
}

/** Only the code, and the one of RFC 3463 where there is one: for answers to a login, which may repeat the password. */
function shownCode({ code, lines }: Reply): string {
  const [enhanced] = /^[245]\.\d{1,3}\.\d{1,3}(?= |$)/.exec(lines[0] ?? '') ?? []
  return enhanced === undefined ? String(code) : `${code} ${enhanced}`
}

/** 4yz may pass, everything else that was not expected stays. */
export function refusedBy(reply: Reply, what: string, { isLogin = false } = {}): Refusal {
  const words = isLogin ? shownCode(reply) : shownReply(reply)
  const mayPass = reply.code >= 400 && reply.code < 500
  const reason = mayPass ? 'limited' : isLogin ? 'denied' : 'refused'
  return new Refusal(mayPass ? 'retry' : 'failed', reason, `${what} was refused: ${words}`)
}

function noReply(): Refusal {
  return new Refusal('failed', 'protocol', 'what answers is no mail server: its answer is none of SMTP')
}
