// Foreign text inside our messages: control characters made visible, length bounded, so that no input can write to a
// terminal or split a log line.

const MAX_SHOWN = 120

/** The text as one printable line in backticks, at most 120 characters of it. */
export function quote(text: unknown): string {
  return `\`${printable(isData(text) ? JSON.stringify(text) : String(text))}\``
}

/** A map or list of somebody else, which may have a `toString` that is no function. */
function isData(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value))
}

/** The text as one word of a shell, for a command that is typed from a hint. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** The text with control, format and line-separator characters escaped and the rest cut. */
export function printable(text: string, maxLength = MAX_SHOWN): string {
  const shown = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
  return shown.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** Whether nothing of it would have to be escaped. */
export function isPrintable(text: string): boolean {
  return printable(text, Number.POSITIVE_INFINITY) === text
}

/** The value as JSON, in which nothing is left that a terminal takes for more than a letter; it reads as the same value. */
export function printableJson(value: unknown, indent = 2): string {
  const json = JSON.stringify(value, null, indent)
  return json.replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
    [...Array(char.length).keys()].map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )
}

/** The same in one line, of a stream of them. */
export function printableJsonLine(value: unknown): string {
  return printableJson(value, 0)
}
