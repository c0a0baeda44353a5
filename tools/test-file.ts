// Runs one test file in a process of its own and says what became of each test.
import { join } from 'node:path'
import { run } from 'node:test'

export type TestOutcome = {
  /** Titles from the outermost suite inwards. */
  readonly title: string
  readonly state: 'passed' | 'failed' | 'skipped'
  /** Why it was skipped, or how it failed. */
  readonly note: string
}

export type FileOutcome = {
  readonly file: string
  readonly durationMs: number
  readonly tests: readonly TestOutcome[]
  /** What the file printed; shown only when something failed. */
  readonly output: string
}

type FileSetting = { readonly timeoutMs: number; readonly cwd: string }

const COMPILE_CACHE = join(import.meta.dirname, 'compile-cache.cjs')
const MAX_OUTPUT = 20_000
const WHOLE_FILE = 'the file as a whole'

type TestData = {
  readonly name: string
  readonly nesting: number
  readonly file?: string
  readonly message?: string
  readonly skip?: string | boolean
  readonly todo?: string | boolean
  readonly details?: { readonly type?: string; readonly error?: Error & { failureType?: string } }
}

export async function runTestFile(file: string, { timeoutMs, cwd }: FileSetting): Promise<FileOutcome> {
  const startedAt = performance.now()
  const record = new Recorder(file)
  const tooLong = AbortSignal.timeout(timeoutMs)
  const execArgv = ['--require', COMPILE_CACHE]
  const events = run({ files: [file], isolation: 'process', signal: tooLong, cwd, execArgv })
  for await (const { type, data } of events as AsyncIterable<{ type: string; data: TestData }>) record.take(type, data)
  if (tooLong.aborted) record.stopped(`did not end within ${timeoutMs / 1000} s`)
  return { file, durationMs: performance.now() - startedAt, tests: record.finish(), output: record.output }
}

class Recorder {
  output = ''
  readonly #file: string
  #tests: TestOutcome[] = []
  readonly #parents: string[] = []

  constructor(file: string) {
    this.#file = file
  }

  take(type: string, data: TestData): void {
    if (type === 'test:stdout' || type === 'test:stderr') this.#keep(data.message ?? '')
    else if (type === 'test:start') this.#parents[data.nesting] = data.name
    else if (type === 'test:pass' && !this.#isWholeFile(data)) this.#pass(data)
    else if (type === 'test:fail') this.#failed(data)
  }

  fail(title: string, note: string): void {
    this.#tests.push({ title, state: 'failed', note })
  }

  /** We ended the file ourselves: whatever that made of the file as a whole, this is the reason. */
  stopped(reason: string): void {
    this.#tests = this.#tests.filter(({ title }) => title !== WHOLE_FILE)
    this.fail(WHOLE_FILE, reason)
  }

  /** A file without a single test proves nothing, so it counts as failed. */
  finish(): readonly TestOutcome[] {
    if (this.#tests.length === 0) this.fail(this.#file, 'the file has no tests')
    return this.#tests
  }

  #pass(data: TestData): void {
    if (data.details?.type === 'suite' && data.skip === undefined) return
    const title = this.#titleOf(data)
    if (data.todo !== undefined) this.fail(title, 'is marked as todo; write it or delete it')
    else if (data.skip !== undefined)
      this.#tests.push({ title, state: 'skipped', note: String(data.skip || 'no reason given') })
    else this.#tests.push({ title, state: 'passed', note: '' })
  }

  /** A parent that failed only because of its subtests is not a second failure. */
  #failed(data: TestData): void {
    const { error } = data.details ?? {}
    if (error?.failureType === 'subtestsFailed') return
    this.fail(this.#isWholeFile(data) ? WHOLE_FILE : this.#titleOf(data), describeFailure(error))
  }

  #isWholeFile(data: TestData): boolean {
    return data.nesting === 0 && data.name.replaceAll('\\', '/').endsWith(this.#file)
  }

  #titleOf({ name, nesting }: TestData): string {
    return [...this.#parents.slice(0, nesting), name].join(' › ')
  }

  #keep(text: string): void {
    if (this.output.length < MAX_OUTPUT) this.output += text.slice(0, MAX_OUTPUT)
  }
}

function describeFailure(error: (Error & { failureType?: string }) | undefined): string {
  const cause = error?.cause
  if (cause instanceof Error) return withoutNodeFrames(cause.stack ?? cause.message)
  return [error?.message, typeof cause === 'string' ? cause : undefined].filter(Boolean).join(': ') || 'failed'
}

function withoutNodeFrames(stack: string): string {
  return stack.replace(/\n\s+at .*\(?node:internal\/.*$/gm, '')
}
