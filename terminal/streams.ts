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
  /** A person can be asked: stdin and stderr are terminals and this is not CI. */
  readonly interactive: boolean
}

export function processStreams(): Streams {
  const { env, stdin, stdout, stderr } = process
  return { out: stdout, err: stderr, env, interactive: Boolean(stdin.isTTY && stderr.isTTY && !env.CI) }
}
