// Asks the thread of octo's own checks. One that blocks it holds up the checks beside it for two seconds: then the thread is
// ended, another one takes its place, and what ran in it is unknown.
import { join } from 'node:path'
import type { WorkerOptions } from 'node:worker_threads'
import { Worker } from 'node:worker_threads'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { KnownProgram } from './known-program.ts'

type Question = {
  readonly words: readonly string[]
  /** As on standard input of a process. */
  readonly document?: Readonly<Record<string, unknown>> | undefined
  readonly deadlineMs: number
}

export type ThreadAnswer = { readonly line: string; readonly exitCode: number; readonly log: readonly string[] }

type CheckThread = Disposable & {
  /** Has it loaded before it is asked. */
  load(program: KnownProgram): void
  /** Throws CHECK_THREAD_LOST. */
  ask(program: KnownProgram, question: Question): Promise<ThreadAnswer>
}

type Asked = { readonly plugin: string; settle(answer: ThreadAnswer): void; fail(error: Error): void }

type Running = {
  readonly worker: Worker
  /** What begins in one turn of the event loop goes there as one message. */
  readonly questions: object[]
  readonly beats: Int32Array
  readonly loaded: Set<string>
  readonly asked: Map<number, Asked>
  isUp: boolean
  /** Its last beat, and how many looks have seen no other one. */
  beat: number
  silentLooks: number
}

/** Written into the bundle by its build: an upgrade puts another file below an octo that runs, which may speak another way. */
declare const OCTO_CHECK_THREAD: string | undefined

const LOOK_MS = 250
/** In a row without a sign of life; a machine that is busy gives one in time. */
const SILENT_LOOKS = 8
/** Many times what the checks need: one that does not end taking memory ends its thread, and not octo. */
const MAX_HEAP_MB = 64
/** What a check makes is gone with its answer. */
const YOUNG_HEAP_MB = 2

/** Started when it is asked for the first time. */
export function openCheckThread(env: Readonly<Record<string, string>>): CheckThread {
  let running: Running | undefined
  let looking: NodeJS.Timeout | undefined
  let ids = 0

  function start(): Running {
    const beats = new Int32Array(new SharedArrayBuffer(4))
    const worker = newWorker({
      workerData: { beats: beats.buffer },
      env: { ...env },
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    })
    const started: Running = {
      worker,
      questions: [],
      beats,
      loaded: new Set(),
      asked: new Map(),
      isUp: false,
      beat: 0,
      silentLooks: 0,
    }
    worker.stdout.resume()
    worker.stderr.resume()
    worker.on('online', () => {
      started.isUp = true
    })
    worker.on('message', (answers: readonly (ThreadAnswer & { readonly id: number })[]) => {
      for (const { id, ...answer } of answers) {
        started.asked.get(id)?.settle(answer)
        started.asked.delete(id)
      }
    })
    worker.on('error', () => undefined)
    worker.on('exit', () => lose(started, 'ended'))
    worker.unref()
    return started
  }

  function lose(lost: Running, how: string): void {
    if (running === lost) running = undefined
    for (const { plugin, fail } of lost.asked.values()) fail(threadLost(plugin, how))
    lost.asked.clear()
    void lost.worker.terminate()
  }

  function look(): void {
    if (running && isSilent(running)) lose(running, 'did not answer any more')
    if (running && running.asked.size > 0) return
    clearInterval(looking)
    looking = undefined
  }

  function withLoaded({ digest, text }: KnownProgram): Running {
    running ??= start()
    const { worker, loaded } = running
    if (!loaded.has(digest)) worker.postMessage({ kind: 'load', digest, text })
    loaded.add(digest)
    return running
  }

  return {
    load: (program) => void withLoaded(program),
    ask(program, question) {
      const { worker, asked, questions } = withLoaded(program)
      const { plugin, digest } = program
      const id = ids++
      const { promise, resolve, reject } = Promise.withResolvers<ThreadAnswer>()
      asked.set(id, { plugin, settle: resolve, fail: reject })
      if (questions.push({ id, digest, ...question }) === 1)
        process.nextTick(() => worker.postMessage({ kind: 'ask', questions: questions.splice(0) }))
      looking ??= setInterval(look, LOOK_MS)
      return promise
    },
    [Symbol.dispose]: () => {
      clearInterval(looking)
      if (running) lose(running, 'was ended')
    },
  }
}

function newWorker(options: WorkerOptions): Worker {
  return typeof OCTO_CHECK_THREAD === 'string'
    ? new Worker(OCTO_CHECK_THREAD, { ...options, eval: true })
    : new Worker(join(import.meta.dirname, 'thread.cjs'), options)
}

/** Looks alone are counted, and no time: where this thread was held up, the other one may have been as well. */
function isSilent(thread: Running): boolean {
  const beat = Atomics.load(thread.beats, 0)
  const isQuiet = beat === thread.beat && thread.isUp && thread.asked.size > 0
  thread.silentLooks = isQuiet ? thread.silentLooks + 1 : 0
  thread.beat = beat
  return thread.silentLooks >= SILENT_LOOKS
}

function threadLost(plugin: string, how: string): Error {
  return coded('CHECK_THREAD_LOST', {
    message: `the thread that ran ${quote(plugin)} beside other checks ${how}, and was replaced`,
    details: { plugin },
  })
}
