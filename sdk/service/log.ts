// What a plugin says to people: one JSON object a line, in the shape of Go's slog, which hosts pass on under the plugin's name.

type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'
export type LogAttributes = Readonly<Record<string, unknown>>

export type Log = {
  debug(message: string, attributes?: LogAttributes): void
  info(message: string, attributes?: LogAttributes): void
  warn(message: string, attributes?: LogAttributes): void
  error(message: string, attributes?: LogAttributes): void
  /** The same log with attributes that stand in each line. */
  with(attributes: LogAttributes): Log
}

export type Lines = { write(line: string): void }

/** Hosts read lines of at most 64 KiB, and some stop reading at a longer one. */
const MAX_LINE_BYTES = 32 * 1024
const MAX_CUT_TEXT = 2000

/** `msg` and `level` have to be texts for hosts in Go, and no attribute may stand in their place. */
const OWN_KEYS = new Set(['time', 'level', 'msg'])

export function createLog(lines: Lines, fixed: LogAttributes = {}): Log {
  const at =
    (level: LogLevel) =>
    (message: string, attributes: LogAttributes = {}) =>
      lines.write(logLine(level, message, { ...fixed, ...attributes }))
  return {
    debug: at('DEBUG'),
    info: at('INFO'),
    warn: at('WARN'),
    error: at('ERROR'),
    with: (attributes) => createLog(lines, { ...fixed, ...attributes }),
  }
}

function logLine(level: LogLevel, message: string, attributes: LogAttributes): string {
  const own = Object.entries(attributes).map(([key, value]) => [OWN_KEYS.has(key) ? `${key}_` : key, value] as const)
  const head = { time: new Date().toISOString(), level, msg: String(message) }
  const line = jsonOf({ ...head, ...Object.fromEntries(own) }) ?? jsonOf(head) ?? ''
  if (Buffer.byteLength(line) <= MAX_LINE_BYTES) return line
  const cut = own.map(([key, value]) => [key, cutText(jsonOf(value) ?? '')] as const)
  const shorter = jsonOf({ ...head, msg: cutText(head.msg), ...Object.fromEntries(cut), cut: true }) ?? ''
  if (Buffer.byteLength(shorter) <= MAX_LINE_BYTES) return shorter
  return jsonOf({ ...head, msg: cutText(head.msg), cut: true }) ?? ''
}

/** Undefined for what is no JSON, such as what holds itself. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, inner: unknown) => {
      if (typeof inner === 'bigint') return String(inner)
      return inner instanceof Error ? describeError(inner) : inner
    })
  } catch {
    return undefined
  }
}

export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.stack ?? `${error.name}: ${error.message}`
}

function cutText(text: string): string {
  return text.length > MAX_CUT_TEXT ? `${text.slice(0, MAX_CUT_TEXT).toWellFormed()}…` : text
}
