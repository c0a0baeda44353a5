// Runs one child process to its end, whatever it does: deadline, interruption, floods of output and grandchildren that
// hold its pipes. When this returns, nothing of its process group runs any more, nor what left it and still has its own variable.
import type { Readable } from 'node:stream'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import type { Captured, OutputLimits, ReadLine } from './captured-output.ts'
import { captureOutput } from './captured-output.ts'
import type { ProcessEnd } from './collected.ts'
import type { Launch, LaunchWords } from './launch.ts'
import type { ApartChild } from './launch-apart.ts'
import { launchApart } from './launch-apart.ts'
import { forgetGroup, holdGroup, signalGroup } from './process-group.ts'
import { endStrays } from './strays.ts'

export type RunOptions = {
  readonly timeoutMs: number
  /** Written to standard input, which is empty otherwise. */
  readonly input?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** What it means when it cannot be started. */
  readonly words: LaunchWords
  readonly limits?: Partial<RunLimits> | undefined
  /** How much of each stream is kept. */
  readonly kept: { readonly stdout: OutputLimits; readonly stderr: OutputLimits }
  /** A variable with a folder that is this run's alone: what carries it belongs to the run, also when it left its group. */
  readonly ownVariable?: string | undefined
  /** Looks at every line of both streams, also at those that are not kept. */
  readonly readLine?: ReadLine | undefined
}

export type RunLimits = {
  /** From SIGTERM to SIGKILL. */
  readonly killGraceMs: number
  /** For pipes to close after the end, and for a killed process to be gone. */
  readonly settleMs: number
  /** Output of both streams above which the plugin is killed. */
  readonly floodBytes: number
}

type Stop = 'timeout' | 'flood' | 'interrupted'

export type Ending = {
  /** Why the operator ended it; absent when it ended by itself. */
  readonly stopped?: Stop
  readonly exitCode?: number
  readonly signal?: NodeJS.Signals
  readonly stdout: Captured
  readonly stderr: Captured
  readonly durationMs: number
  /** The time that it was given. */
  readonly timeoutMs: number
}

const RUN_LIMITS: RunLimits = { killGraceMs: 2000, settleMs: 250, floodBytes: 10 * 1024 * 1024 }

/** Throws only when the process cannot be started. */
export async function runProcess(what: Launch, options: RunOptions): Promise<Ending> {
  const limits = { ...RUN_LIMITS, ...options.limits }
  const startedAt = performance.now()
  const child = await launchApart(what, {
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    words: options.words,
  })
  const { pid } = child
  const own = options.ownVariable === undefined ? undefined : what.env[options.ownVariable]
  // A text that is no folder of its own may stand in the environment of anybody.
  const entry = own?.startsWith('/') ? `${options.ownVariable}=${own}` : undefined
  holdGroup(pid, entry)
  const watched = watch(child, { ...options, limits })
  try {
    const end = await watched.ended
    await Promise.race([watched.closed, pause(limits.settleMs)])
    await afterReading()
    const { timeoutMs } = options
    const durationMs = Math.round(performance.now() - startedAt)
    return { ...end, ...watched.flooded(), ...watched.output(), durationMs, timeoutMs }
  } finally {
    watched.release()
    signalGroup(pid, 'SIGKILL')
    if (entry !== undefined) await endStrays({ pid, entry, startedAt })
    forgetGroup(pid)
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
  }
}

type End = Pick<Ending, 'stopped' | 'exitCode' | 'signal'>

function watch(child: ApartChild, options: RunOptions & { limits: RunLimits }) {
  const { timeoutMs, input, signal, limits, kept, readLine } = options
  const stdout = captureOutput(kept.stdout, readLine)
  const stderr = captureOutput(kept.stderr, readLine)
  const open = new Set(['stdout', 'stderr'] as const)
  const ended = Promise.withResolvers<End>()
  const timers = new Set<NodeJS.Timeout>()
  let stopped: Stop | undefined

  const after = (milliseconds: number, act: () => void) => timers.add(setTimeout(act, milliseconds))
  const group = (name: NodeJS.Signals) => signalGroup(child.pid, name)
  const stop = (reason: Stop, graceMs: number) => {
    if (stopped) return
    stopped = reason
    if (graceMs > 0) group('SIGTERM')
    after(graceMs, () => {
      group('SIGKILL')
      // A process that waits for a dead disk or network share does not even end on SIGKILL; we do not wait with it.
      after(limits.settleMs, () => ended.resolve({ stopped: reason, signal: 'SIGKILL' }))
    })
  }
  const count = (capture: typeof stdout) => (chunk: Buffer) => {
    capture.add(chunk)
    if (stdout.totalBytes + stderr.totalBytes > limits.floodBytes) stop('flood', 0)
  }
  const interrupt = () => stop('interrupted', limits.killGraceMs)
  const release = () => {
    for (const timer of timers) clearTimeout(timer)
    signal?.removeEventListener('abort', interrupt)
  }

  child.stdout?.on('data', count(stdout)).once('end', () => open.delete('stdout'))
  child.stderr?.on('data', count(stderr)).once('end', () => open.delete('stderr'))
  void child.ended.then((end) => {
    // It ended in time, whatever those do that it left behind.
    release()
    ended.resolve(endOf(stopped, end))
  })
  // A plugin that does not read its input is no error.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  after(timeoutMs, () => stop('timeout', limits.killGraceMs))
  if (signal?.aborted) interrupt()
  else signal?.addEventListener('abort', interrupt, { once: true })

  return {
    ended: ended.promise,
    /** That may come much later than the end, or never: a grandchild can hold the pipes. */
    closed: Promise.all([child.stdout, child.stderr].map(closing)),
    release,
    /** Those left behind may print without an end, too. */
    flooded: (): Pick<Ending, 'stopped'> => (stopped === 'flood' ? { stopped } : {}),
    output: () => ({ stdout: stdout.finish(open.has('stdout')), stderr: stderr.finish(open.has('stderr')) }),
  }
}

function closing(stream: Readable | null): Promise<void> {
  return new Promise((resolve) => {
    if (stream === null) resolve()
    else stream.once('close', resolve)
  })
}

function endOf(stopped: Stop | undefined, { exitCode, signal }: ProcessEnd): End {
  return {
    ...omitUndefined({ stopped }),
    ...(exitCode === null ? {} : { exitCode }),
    ...(signal === null ? {} : { signal }),
  }
}

/** Timers come before reading in a turn of the event loop: after a busy time what was printed may still wait in the pipe. */
function afterReading(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
}
