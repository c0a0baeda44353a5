// A program that reads the same bytes as octo.

export type Kind = 'json' | 'yaml' | 'tar'

export type Reader = AsyncDisposable & {
  readonly name: string
  readonly reads: ReadonlySet<string>
  /** What it reads; undefined when it refuses. */
  read(kind: Kind, bytes: Buffer): Promise<{ readonly value: unknown } | undefined>
}
