// The two output streams of the process and the settings that decide how to write to them. The only place in terminal/
// that looks at the process.

/** What terminal/ needs of a writable stream; `process.stdout` fits, and so does a test's collector. */
export type OutputStream = {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

export type Streams = {
  /** Data. */
  readonly out: OutputStream
  /** Logs, progress and errors. */
  readonly err: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** A person can be asked: stdin is a terminal, and stderr one that can draw again. */
  readonly interactive: boolean
}

const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24

/** Each stream is opened when it is asked for: that takes time, and an open one no longer waits for its reader. */
export function processStreams(): Streams {
  const { env } = process
  return {
    get out() {
      return process.stdout
    },
    get err() {
      return process.stderr
    },
    env,
    get interactive() {
      return canRedraw(process.stderr, env) && Boolean(process.stdin.isTTY)
    },
  }
}

/** A terminal that a person watches and that understands cursor codes. Windows has no TERM, and its terminals do. */
export function canRedraw(stream: OutputStream, env: Streams['env']): boolean {
  return stream.isTTY === true && !env.CI && understandsCodes(env)
}

/** Unix terminals say in TERM what they are; `dumb` and `unknown` ones and those that say nothing get text only. */
export function understandsCodes({ TERM, OS }: Streams['env']): boolean {
  return TERM ? TERM !== 'dumb' && TERM !== 'unknown' : OS === 'Windows_NT'
}

/** Columns of a terminal; some report none. */
export function screenWidth({ columns }: OutputStream): number {
  return columns !== undefined && columns > 0 ? columns : DEFAULT_COLUMNS
}

export function screenHeight({ rows }: OutputStream): number {
  return rows !== undefined && rows > 0 ? rows : DEFAULT_ROWS
}

/** Columns that a text has to fit into; without a terminal nothing needs to fit. */
export function widthOf(stream: OutputStream): number {
  return stream.isTTY ? screenWidth(stream) : Number.POSITIVE_INFINITY
}
