// Other programs that read the same bytes, each where the machine has it: long-lived children, one line for a question and one
// for its answer.
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { gnuTar } from './gnu-tar.ts'
import type { Kind, Reader } from './reader.ts'

export type Readers = AsyncDisposable & {
  readonly found: readonly Reader[]
  /** Why others are not here. */
  readonly missing: readonly string[]
}

const GO_BUILD_MS = 240_000

/** `short` starts what is there at once: Go's program has to be built. */
export async function openReaders({ short }: { readonly short: boolean }): Promise<Readers> {
  const opened = [await python(), ...(short ? [] : [await go(), gnuTar()])]
  const found = opened.filter((reader) => typeof reader !== 'string')
  return {
    found,
    missing: opened.filter((reader) => typeof reader === 'string'),
    async [Symbol.asyncDispose]() {
      for (const reader of found) await reader[Symbol.asyncDispose]()
    },
  }
}

export type Question = {
  readonly kind: Kind
  readonly bytes: Buffer
  readonly ours: unknown
  /** Whether one that refuses what we take reads it differently, too. */
  readonly refusals: 'differ' | 'agree'
  readonly only?: string
  /** Makes two spellings of one answer equal. */
  readonly adapt?: (theirs: unknown, ours: unknown) => unknown
}

/** What the first reader that differs reads, in words. */
export async function findDifference({ found }: Readers, question: Question): Promise<string | undefined> {
  const { kind, bytes, refusals, only, adapt = (value) => value } = question
  const ours = exact(question.ours)
  for (const reader of found.filter(({ name, reads }) => reads.has(kind) && (only ?? name) === name)) {
    const answer = await reader.read(kind, bytes)
    if (answer === undefined && refusals === 'agree') continue
    const theirs = answer && exact(adapt(answer.value, ours))
    if (answer === undefined || !isDeepStrictEqual(ours, theirs))
      return `${reader.name} reads ${answer ? JSON.stringify(theirs) : 'nothing'}, octo ${JSON.stringify(ours)}`
  }
  return undefined
}

/** Numbers that a double does not keep apart by their digits; 0 and -0 are one number; what is undefined is not there. */
function exact(value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) || !Number.isInteger(value) ? value + 0 : digits(value)
  if (Array.isArray(value)) return value.map((item) => exact(item) ?? null)
  if (typeof value !== 'object' || value === null) return value ?? null
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(entries.map(([key, inner]) => [key, exact(inner)]))
}

function digits(value: number): unknown {
  return { $int: BigInt(value).toString() }
}

/**
 * What a reader answered, its lists of pairs as maps again: a key from a fuzzed document is never a key of the JSON between the
 * programs, as V8 14.6 misreads some keys that are written with escapes.
 */
function answered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(answered)
  if (typeof value !== 'object' || value === null) return value
  if ('$map' in value)
    return Object.fromEntries((value.$map as [string, unknown][]).map(([key, inner]) => [key, answered(inner)]))
  return value
}

async function python(): Promise<Reader | string> {
  if (spawnSync('python3', ['-c', 'import json, tarfile']).status !== 0)
    return 'Python: `python3` is not on this machine'
  const program = fileURLToPath(new URL('readers/reader.py', import.meta.url))
  return overLines('Python', spawn('python3', [program]))
}

async function go(): Promise<Reader | string> {
  const folder = mkdtempSync(join(tmpdir(), 'octo-fuzz-'))
  const program = join(folder, 'reader')
  const cwd = fileURLToPath(new URL('readers/go', import.meta.url))
  const build = spawnSync('go', ['build', '-o', program, '.'], { cwd, encoding: 'utf8', timeout: GO_BUILD_MS })
  const close = () => rmSync(folder, { recursive: true, force: true })
  if (build.status === 0) return overLines('Go', spawn(program), close)
  close()
  return `Go: ${build.error?.message ?? build.stderr.trim().split('\n').at(-1)}`
}

async function overLines(name: string, child: ChildProcessWithoutNullStreams, close = () => {}): Promise<Reader> {
  child.stderr.pipe(process.stderr)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`the reader ${name} ended`)
    return String(value)
  }
  return {
    name,
    reads: new Set((await next()).split(' ')),
    async read(kind, bytes) {
      child.stdin.write(`${kind} ${bytes.toString('base64')}\n`)
      const answer: { readonly value: unknown } | null = JSON.parse(await next())
      return answer === null ? undefined : { value: answered(answer.value) }
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
      close()
    },
  }
}
