// Values of JSON as texts that are the same where the values are: whatever order keys have, and however they are called.

/** Takes as long as the value is large. */
export function sameText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sameText).join()}]`
  if (typeof value !== 'object' || value === null) return value === 0 ? '0' : (JSON.stringify(value) ?? 'undefined')
  const map = value as Readonly<Record<string, unknown>>
  const entries = Object.keys(map)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${sameText(map[name])}`)
  return `{${entries.join()}}`
}
