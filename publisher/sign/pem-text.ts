// A key in PEM as secret stores and CI variables hand it over: on one line with `\n`, in quotes, in base64 once more, with the
// line ends of Windows. The key is the same; only what stands around it is taken away.

const ARMOUR = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/

/** The text in PEM's own form; what is no PEM at all comes back as it is. */
export function pemOf(text: string): string {
  const plain = unquoted(text)
  const found = ARMOUR.exec(withLineEnds(plain)) ?? ARMOUR.exec(withLineEnds(fromBase64(plain)))
  if (!found) return plain
  const [, label = '', body = ''] = found
  // Headers of older encrypted forms need their own lines.
  if (body.includes(':')) return `${found[0]}\n`
  return `-----BEGIN ${label}-----\n${body.replace(/\s+/g, '').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`
}

function unquoted(text: string): string {
  const plain = text.replace(/^\uFEFF/, '').trim()
  return /^(["'`])([\s\S]*)\1$/.exec(plain)?.[2]?.trim() ?? plain
}

function withLineEnds(text: string): string {
  return text.replace(/\\r/g, '').replace(/\\n/g, '\n').replace(/\r\n?/g, '\n')
}

function fromBase64(text: string): string {
  const packed = text.replace(/\s+/g, '')
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(packed)
    ? Buffer.from(packed, 'base64')
        .toString('utf8')
        .replace(/^\uFEFF/, '')
    : ''
}
