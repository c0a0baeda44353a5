// Child processes of the benchmarks: pinned to a core, bounded in time, each in its own group that is killed at exit.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

export type Command = {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** `server` and `load` are the two cores of client-server benchmarks; without one the process runs anywhere. */
  readonly core?: 'server' | 'load'
  readonly timeoutMs?: number
  /** Exit codes that count as success besides 0. */
  readonly accept?: readonly number[]
}

type Outcome = {
  readonly ms: number
  readonly stdout: string
  /** stdout and stderr as they came. */
  readonly output: string
  /** VmHWM as last seen before the end. */
  readonly peakBytes: number
}

const OUTPUT_BYTES = 4 * 1024 * 1024
/** Linux counts in hundredths of a second here, whatever it does elsewhere. */
const MS_OF_TICK = 10
const running = new Set<number>()

process.on('exit', () => {
  for (const pid of running) killGroup(pid, 'SIGKILL')
})

/** Runs to the end and times it from spawn to exit; throws with the last lines of its output when it fails. */
export async function run(command: Command, watch: 'time' | 'memory' = 'time'): Promise<Outcome> {
  const started = performance.now()
  const child = launch(command)
  const output = collect(child)
  const peak = watch === 'memory' ? watchPeak(child) : () => 0
  const timer = setTimeout(() => killGroup(child.pid ?? 0, 'SIGKILL'), command.timeoutMs ?? 120_000)
  const [code, ended] = await ending(child)
  clearTimeout(timer)
  const outcome = { ms: ended - started, stdout: output.stdout(), output: output.all(), peakBytes: peak() }
  if (code === 0 || (typeof code === 'number' && command.accept?.includes(code))) return outcome
  throw new Error(`${nameOf(command)} ended with ${code}: ${output.tail()}`)
}

type Server = {
  readonly pid: number
  readonly match: readonly string[]
  readonly stop: () => Promise<void>
  /** What it printed so far. */
  readonly stdout: () => string
}

/** Starts a process and waits until its output matches `ready`, or until the port `ready` takes connections. */
export async function serve(command: Command, ready: RegExp | number): Promise<Server> {
  const child = launch(command)
  const output = collect(child)
  const ended = ending(child)
  const stop = async () => {
    killGroup(child.pid ?? 0, 'SIGTERM')
    const timer = setTimeout(() => killGroup(child.pid ?? 0, 'SIGKILL'), 5000)
    await ended
    clearTimeout(timer)
  }
  const match = await Promise.race([
    typeof ready === 'number' ? connectable(ready, 60_000) : output.find(ready, command.timeoutMs ?? 60_000),
    ended.then(([code]) => Promise.reject(new Error(`${nameOf(command)} ended with ${code}: ${output.tail()}`))),
  ])
  if (match) return { pid: child.pid ?? 0, match, stop, stdout: output.stdout }
  await stop()
  throw new Error(`${nameOf(command)} did not get ready: ${output.tail()}`)
}

type Memory = 'VmHWM' | 'VmRSS'

/** A figure of /proc/PID/status in bytes; 0 where there is none. */
export function memoryOf(pid: number, field: Memory): number {
  try {
    const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(line?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** What its threads took of the processors so far; 0 where that is not told. */
export function cpuMsOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * MS_OF_TICK
  } catch {
    return 0
  }
}

function launch(command: Command): ChildProcess {
  const pinned = command.core !== undefined && process.platform === 'linux' && availableParallelism() > 1
  const pin = pinned ? ['taskset', '-c', command.core === 'server' ? '0' : '1'] : []
  const [file = command.file, ...args] = [...pin, command.file, ...command.args]
  const child = spawn(file, args, {
    cwd: command.cwd,
    env: { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  if (child.pid !== undefined) running.add(child.pid)
  return child
}

function ending(child: ChildProcess): Promise<[number | string | null, number]> {
  return new Promise((resolve, reject) => {
    let exited = 0
    child.once('error', reject)
    child.once('exit', () => {
      exited = performance.now()
      running.delete(child.pid ?? 0)
    })
    child.once('close', (code, signal) => resolve([code ?? signal, exited]))
  })
}

function collect(child: ChildProcess) {
  let stdout = ''
  let all = ''
  const listeners = new Set<() => void>()
  const add = (text: string) => {
    all = (all + text).slice(-OUTPUT_BYTES)
    for (const listener of listeners) listener()
  }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-OUTPUT_BYTES)
    add(text)
  })
  child.stderr?.setEncoding('utf8').on('data', add)
  const find = (pattern: RegExp, timeoutMs: number) =>
    new Promise<RegExpExecArray | null>((resolve) => {
      const settle = (match: RegExpExecArray | null) => {
        clearTimeout(timer)
        listeners.delete(look)
        resolve(match)
      }
      const look = () => {
        const match = pattern.exec(all)
        if (match) settle(match)
      }
      const timer = setTimeout(() => settle(null), timeoutMs)
      timer.unref()
      listeners.add(look)
      look()
    })
  return { stdout: () => stdout, all: () => all, tail: () => gist(all), find }
}

/** What went wrong stands in the first lines of a tool's output or in its last. */
function gist(output: string): string {
  const lines = output.trim().split('\n')
  return (lines.length > 8 ? [...lines.slice(0, 4), '…', ...lines.slice(-4)] : lines).join('\n')
}

async function connectable(port: number, timeoutMs: number): Promise<readonly string[] | null> {
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    if (await connects(port)) return []
    await delay(25)
  }
  return null
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** The peak only grows, so the last reading before the end is it, up to the last few milliseconds. */
function watchPeak(child: ChildProcess): () => number {
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryOf(child.pid ?? 0, 'VmHWM'))
  }, 5)
  child.once('exit', () => clearInterval(timer))
  return () => peak
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 0) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Ended already.
  }
}

function nameOf({ file, args }: Command): string {
  return [file, ...args]
    .map((word) => word.slice(word.lastIndexOf('/') + 1))
    .join(' ')
    .slice(0, 200)
}
