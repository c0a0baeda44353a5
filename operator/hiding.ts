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
    // What people are shown of others is one line, with one space for each gap: services/said-by-others.ts.
    ...[value, value.trim(), value.replace(/\s+/g, ' ').trim()].filter(({ length }) => length >= shortest),
    ...(lines.length > 1 ? lines.map((line) => line.trim()).filter(({ length }) => length >= MIN_LINE) : []),
  ]
  return [...new Set(parts.flatMap(written))].filter(({ length }) => length >= shortest)
}

function written(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const json = JSON.stringify(text).slice(1, -1)
  const hex = bytes.toString('hex')
  const encoded = encodeURIComponent(text.toWellFormed())
  const base64 = [
    bytes.toString('base64'),
    bytes.toString('base64').replace(/=+$/, ''),
    ...[0, 1, 2].map((before) => innerBase64(bytes, before)),
  ]
  return [
    ...[text, json, JSON.stringify(json).slice(1, -1)],
    ...[encoded, encoded.toLowerCase(), encoded.replaceAll('%20', '+'), encodeURI(text.toWellFormed())],
    ...[hex, hex.toUpperCase(), text.replaceAll("'", "'\\''")],
    ...base64,
    ...base64.map((one) => one.replaceAll('+', '-').replaceAll('/', '_')),
  ]
}

/** The characters that the bytes decide alone, whatever stands `before` them and behind them. */
function innerBase64(bytes: Buffer, before: number): string {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
}
