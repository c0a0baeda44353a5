// A key in PEM as secret stores and CI variables hand it over: on one line with `\n`, in quotes, in base64 once more, with the
// line ends of Windows. The key is the same; only what stands around it is taken away.

const ARMOUR = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g

/** The text in PEM's own form; what is no PEM at all comes back as it is. */
export function pemOf(text: string): string {
  const plain = unquoted(text)
  const packed = fromBase64(plain)
  const found = armoured(plain) ?? armoured(packed.toString('utf8').replace(/^\uFEFF/, ''))
  if (!found) return pemOfDer(packed) ?? plain
  const [, label = '', body = ''] = found
  // Headers of older encrypted forms need their own lines.
  if (body.includes(':')) return `${found[0]}\n`
  return `-----BEGIN ${label}-----\n${body.replace(/\s+/g, '').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`
}

/** The same of a key in DER, which key services hand out; undefined for what is none. */
export function pemOfDer(bytes: Buffer): string | undefined {
  const label = labelOf(bytes)
  if (label === undefined) return undefined
  const body = bytes.toString('base64').replace(/.{1,64}/g, '$&\n')
  return `-----BEGIN ${label}-----\n${body}-----END ${label}-----\n`
}

/** A sequence that begins with the version: 0 in PKCS #8, 1 in the older form of keys on a curve. */
function labelOf(bytes: Buffer): string | undefined {
  if (bytes[0] !== 0x30) return undefined
  const long = (bytes[1] ?? 0) & 0x80 ? (bytes[1] ?? 0) & 0x7f : 0
  const version = bytes.subarray(2 + long, 5 + long).toString('hex')
  return { '020100': 'PRIVATE KEY', '020101': 'EC PRIVATE KEY' }[version]
}

/** The private part, where others stand beside it: `openssl ecparam -genkey` writes the parameters first. */
function armoured(text: string): RegExpExecArray | undefined {
  const all = [...withLineEnds(text).matchAll(ARMOUR)]
  return all.find(([, label = '']) => label.endsWith('PRIVATE KEY')) ?? all[0]
}

function unquoted(text: string): string {
  const plain = text.replace(/^\uFEFF/, '').trim()
  return /^(["'`])([\s\S]*)\1$/.exec(plain)?.[2]?.trim() ?? plain
}

function withLineEnds(text: string): string {
  return text.replace(/\\r/g, '').replace(/\\n/g, '\n').replace(/\r\n?/g, '\n')
}

function fromBase64(text: string): Buffer {
  const packed = text.replace(/\s+/g, '')
  return Buffer.from(/^[A-Za-z0-9+/_-]+={0,2}$/.test(packed) ? packed : '', 'base64')
}
