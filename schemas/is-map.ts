// Whether a value of JSON or YAML is a map of names to values: neither a list, nor null, nor a single value.
export type PlainMap = Readonly<Record<string, unknown>>

export function isMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An empty one for anything else. */
export function mapOf(value: unknown): PlainMap {
  return isMap(value) ? value : {}
}
