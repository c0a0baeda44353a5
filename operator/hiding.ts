// Takes secrets out of what octo shows and writes: as they are, and as they look in JSON, addresses, base64, hex and shells. What is
// shorter than six characters stays, unless whoever hides says otherwise: it would take words out of every sentence.
// Answers THREATS.md: secrets stay nowhere.

const MIN_HIDDEN = 6
/** A line of a longer secret says enough of it. */
const MIN_LINE = 8
/** Values that were replaced may still be on their way through a log. */
const MAX_VALUES = 2000
const HIDDEN = '***'

export type Hiding = {
  add(values: Iterable<string>): void
  hide(text: string): string
  /** Of a sentence that may have been cut off inside of a secret. */
  hideInSentence(text: string): string
}

/** `shortest`: where few sentences are searched, for few values. */
export function openHiding(shortest = MIN_HIDDEN): Hiding {
  const values = new Map<string, readonly string[]>()
  let forms: readonly string[] | undefined

  /** The longest first: a part of a longer one would leave the rest of it. */
  function allForms(): readonly string[] {
    forms ??= [...new Set([...values.values()].flat())].sort((one, other) => other.length - one.length)
    return forms
  }

  return {
    add(more) {
      for (const value of more) {
        if (values.has(value)) continue
        values.set(value, formsOf(value, shortest))
        forms = undefined
      }
      for (const oldest of values.keys()) {
        if (values.size <= MAX_VALUES) break
        values.delete(oldest)
      }
    },
    hide: (text) => allForms().reduce(withoutForm, text),
    hideInSentence: (text) =>
      allForms().reduce((rest, form) => withoutCut(withoutForm(rest, form), form, shortest), text),
  }
}

function withoutForm(text: string, form: string): string {
  return form.length <= text.length && text.includes(form) ? text.replaceAll(form, HIDDEN) : text
}

function withoutCut(text: string, form: string, shortest: number): string {
  const end = text.length - (/(?:…|\.\.\.)$/.exec(text)?.[0].length ?? 0)
  const most = Math.min(form.length - 1, end)
  for (let length = most; length >= shortest; length--)
    if (text.startsWith(form.slice(0, length), end - length))
      return `${text.slice(0, end - length)}${HIDDEN}${text.slice(end)}`
  return text
}

/** Every text by which somebody could read the value. */
function formsOf(value: string, shortest: number): readonly string[] {
  const lines = value.split(/\r?\n/)
  const parts = [
    // What people are shown of others is one line, with one space for each gap: services/life/said-by-others.ts.
    ...[value, value.trim(), value.replace(/\s+/g, ' ').trim()].filter(({ length }) => length >= shortest),
    ...(lines.length > 1 ? lines.map((line) => line.trim()).filter(({ length }) => length >= MIN_LINE) : []),
  ]
  return [...new Set(parts.flatMap(written))].filter(({ length }) => length >= shortest)
}

function written(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const json = JSON.stringify(text).slice(1, -1)
  const hex = bytes.toString('hex')
  const base64 = [
    bytes.toString('base64'),
    bytes.toString('base64').replace(/=+$/, ''),
    ...[0, 1, 2].map((before) => innerBase64(bytes, before)),
  ]
  return [
    ...[text, json, JSON.stringify(json).slice(1, -1), ...escapedMore(json)],
    ...inAddresses(text.toWellFormed()),
    ...[hex, hex.toUpperCase(), text.replaceAll("'", "'\\''")],
    ...base64,
    ...base64.map((one) => one.replaceAll('+', '-').replaceAll('/', '_')),
    ...WIDTHS.flatMap((width) => wrapped(base64[0] ?? '', width)),
  ]
}

/** As Go writes it for pages, as PHP escapes slashes, and as Python and others that write ASCII alone. */
function escapedMore(json: string): readonly string[] {
  const written = [
    json.replaceAll('/', '\\/'),
    json.replace(/[<>&\u2028\u2029]/g, escaped),
    json.replace(/[^\x20-\x7e]/g, escaped),
    json.replace(/[^\x20-\x7e]/g, escaped).replaceAll('/', '\\/'),
  ]
  return [
    ...written,
    ...written.map((one) => one.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`)),
  ]
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Programs differ in what they leave as it is, in the letters of their digits, and in how they write a space. */
function inAddresses(text: string): readonly string[] {
  const encoded = encodeURIComponent(text)
  const strict = encoded.replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
  const kept = [encoded, strict, encoded.replaceAll('%2F', '/'), strict.replaceAll('%2F', '/'), encodeURI(text)]
  const large = [...kept, ...kept.map((one) => one.replaceAll('%20', '+'))]
  const small = large.map((one) => one.replace(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase()))
  return [...large, ...small, encoded.toLowerCase()]
}

/** As `base64` and mail, and as PEM. */
const WIDTHS = [76, 64]

/** Lines of what does not fit into one; the rest says little. */
function wrapped(text: string, width: number): readonly string[] {
  if (text.length <= width) return []
  return (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).filter(({ length }) => length >= MIN_LINE)
}

/** The characters that the bytes decide alone, whatever stands `before` them and behind them. */
function innerBase64(bytes: Buffer, before: number): string {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
}
