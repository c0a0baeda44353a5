// What became of each test of one file, made from the events that Node's test runner tells.

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
  /** Names among temporary files, of the last file of a process: it or one before it left them. */
  readonly left?: readonly string[]
}

export type TestEvent = {
  readonly name: string
  readonly nesting: number
  readonly message?: string
  readonly skip?: string | boolean
  readonly todo?: string | boolean
  readonly details?: { readonly type?: string; readonly error?: TestError }
}

type TestError = Error & {
  readonly failureType?: string
  /** How the process of the file ended. */
  readonly exitCode?: number | null
  readonly signal?: string | null
}

export const WHOLE_FILE = 'the file as a whole'
const MAX_OUTPUT = 20_000

export class Recorder {
  readonly #file: string
  readonly #startedAt = performance.now()
  readonly #tests: TestOutcome[] = []
  readonly #parents: string[] = []
  #output = ''

  constructor(file: string) {
    this.#file = file
  }

  take(type: string, event: TestEvent): void {
    if (type === 'test:stdout' || type === 'test:stderr') this.#keep(event.message ?? '')
    else if (type === 'test:start') this.#parents[event.nesting] = event.name
    else if (type === 'test:pass') this.#pass(event)
    else if (type === 'test:fail') this.#failed(event)
  }

  fail(title: string, note: string): void {
    this.#tests.push({ title, state: 'failed', note })
  }

  /** A file without a single test proves nothing, so it counts as failed. */
  finish(): FileOutcome {
    if (this.#tests.length === 0) this.fail(this.#file, 'the file has no tests')
    const durationMs = performance.now() - this.#startedAt
    return { file: this.#file, durationMs, tests: this.#tests, output: this.#output }
  }

  #pass(event: TestEvent): void {
    if (event.details?.type === 'suite' && event.skip === undefined) return
    const title = this.#titleOf(event)
    if (event.todo !== undefined) this.fail(title, 'is marked as todo; write it or delete it')
    else if (event.skip !== undefined)
      this.#tests.push({ title, state: 'skipped', note: String(event.skip || 'no reason given') })
    else this.#tests.push({ title, state: 'passed', note: '' })
  }

  /** A parent that failed only because of its subtests is not a second failure. */
  #failed(event: TestEvent): void {
    const { error } = event.details ?? {}
    if (error?.failureType !== 'subtestsFailed') this.fail(this.#titleOf(event), describeFailure(error))
  }

  #titleOf({ name, nesting }: TestEvent): string {
    return [...this.#parents.slice(0, nesting), name].join(' › ')
  }

  #keep(text: string): void {
    if (this.#output.length < MAX_OUTPUT) this.#output += text.slice(0, MAX_OUTPUT)
  }
}

export function describeFailure(error: TestError | undefined): string {
  const { cause, exitCode, signal } = error ?? {}
  if (signal) return `its process was ended by ${signal}`
  if (exitCode !== undefined && exitCode !== null) return `its process ended with exit code ${exitCode}`
  if (cause instanceof Error) return withoutNodeFrames(cause.stack ?? cause.message)
  return [error?.message, typeof cause === 'string' ? cause : undefined].filter(Boolean).join(': ') || 'failed'
}

function withoutNodeFrames(stack: string): string {
  return stack.replace(/\n\s+at .*\(?node:internal\/.*$/gm, '')
}
