// Which error of the operating system an error is, by its name in C.

export function isErrno(error: unknown, ...codes: readonly [string, ...string[]]): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  return code !== undefined && codes.includes(code)
}

/** For a promise's catch: undefined for these errors of the system, and everything else is thrown on. */
export function ignoring(...codes: readonly [string, ...string[]]): (error: unknown) => undefined {
  return (error) => {
    if (!isErrno(error, ...codes)) throw error
  }
}
