// Makes the Nth fsync of each thread of a running process fail, with strace, as a broken disk does.
import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { tempFolder } from './temp-folder.ts'

type FailingFsync = {
  /** Waits so long for the first failure; gives the files whose fsync failed. */
  failedWithin(ms: number): Promise<readonly string[]>
  /** Lets go of the process and gives all of them. */
  detach(): Promise<readonly string[]>
}

/** One pool thread makes the order of what it does the same every time. */
export const ONE_THREAD = { UV_THREADPOOL_SIZE: '1' }

/** Why it cannot be done here; undefined when it can. For `{ skip }`. */
export function whyNoInjection(): string | undefined {
  try {
    execFileSync('strace', ['-e', 'inject=fsync:error=EIO', '-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'strace is not here or may not trace'
  }
}

/** `nth` counts per thread, from 1. */
export async function failFsync(t: TestContext, pid: number, nth: number): Promise<FailingFsync> {
  const trace = join(tempFolder(t), 'trace')
  const rule = `inject=fsync,fdatasync:error=EIO:when=${nth}`
  const args = ['-f', '-y', '-p', String(pid), '-e', 'trace=fsync,fdatasync', '-e', rule, '-o', trace]
  const tracer = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(tracer, 'exit')
  t.after(() => tracer.kill('SIGKILL'))
  await attached(tracer)
  const failed = () => {
    const lines = existsSync(trace) ? readFileSync(trace, 'utf8').split('\n') : []
    return lines.filter((line) => line.includes('INJECTED')).map((line) => /<(.*?)>/.exec(line)?.[1] ?? line)
  }
  return {
    async failedWithin(ms) {
      const deadline = performance.now() + ms
      while (failed().length === 0 && performance.now() < deadline) await wait(10)
      return failed()
    },
    async detach() {
      tracer.kill('SIGTERM')
      await ended
      return failed()
    },
  }
}

async function attached({ stderr }: ChildProcess): Promise<void> {
  let said = ''
  for await (const chunk of stderr ?? []) {
    said += chunk
    if (/attached with \d+ threads/.test(said)) return
  }
  throw new Error(`strace did not attach: ${said}`)
}
