// JSON of the server. A number that JavaScript would round or write otherwise keeps its text: it may be a secret.
type Raw = (text: string) => unknown
type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown

/** Undefined for what is no JSON object. An empty body, as of 204, is an empty one. */
export function parseBody(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  const text = bytes.toString('utf8')
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text, keepNumbers as Parameters<typeof JSON.parse>[1])
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

const keepNumbers: Reviver = (_key, value, { source }) => {
  const isExact = typeof value !== 'number' || source === undefined || String(value) === source
  return isExact ? value : (JSON as unknown as { rawJSON: Raw }).rawJSON(source)
}

/** A text as it is, everything else as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0
}
