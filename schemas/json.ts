// JSON from outside: bounded and parsed, with a coded error that names its source. Prototype keys are refused.
import { coded } from './errors.ts'
import { quote } from './quote.ts'

/** Parses at most `maxBytes` of JSON; throws JSON_INVALID or LIMIT_EXCEEDED. */
export function parseJson(text: string, name: string, maxBytes: number): unknown {
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes)
    throw coded('LIMIT_EXCEEDED', {
      message: `${quote(name)} is larger than ${maxBytes} bytes`,
      details: { source: name, maxBytes },
    })
  try {
    return mayNamePrototype(text) ? JSON.parse(text, refusePrototype) : JSON.parse(text)
  } catch (error) {
    throw coded('JSON_INVALID', {
      message: `${quote(name)} is not JSON: ${problemOf(error)}`,
      details: { source: name },
      cause: error,
    })
  }
}

/** One text for one value: keys in code-unit order, no spaces. For digests and comparisons, not for signatures of others. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isPlainObject(inner) ? sortKeys(inner) : inner))
}

function sortKeys(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((key) => [key, object[key]]),
  )
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A reviver triples the time of a parse, so it runs only where the key could be written at all. */
function mayNamePrototype(text: string): boolean {
  return text.includes('__proto__') || text.includes('\\u005')
}

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('the key `__proto__` is not allowed')
  return value
}

function problemOf(error: unknown): string {
  return error instanceof SyntaxError && error.message.includes('__proto__') ? error.message : 'it does not parse'
}
