// esbuild is a program of Go, whose collector runs whenever its memory has doubled: a third of the processor time of a large bundle.

/** The programs of Go that `run` is the first to start let their memory grow fivefold. */
export async function collectingRarely<T>(run: () => Promise<T>): Promise<T> {
  const before = process.env.GOGC
  process.env.GOGC ??= '400'
  try {
    return await run()
  } finally {
    if (before === undefined) delete process.env.GOGC
  }
}
