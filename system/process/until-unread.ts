// For answers that go on until somebody ends them: behind `| head -1` nobody reads any more, which a process would notice when it
// writes its next line, and that may take all night. Node looks at a pipe only when it writes; the `tail` of GNU looks at its output
// while it waits, and ends by SIGPIPE. Without it the next line tells.
import { spawn } from 'node:child_process'
import { fstatSync } from 'node:fs'
import { FIXED_TOOL_PATH } from './system-tool.ts'

type Read = Disposable & { readonly signal: AbortSignal }

/** Aborts with `signal`, and when standard output is a pipe whose last reader is gone. */
export function untilUnread(signal: AbortSignal): Read {
  const controller = new AbortController()
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') controller.abort()
  }
  process.stdout.on('error', onError)
  const watcher = isPipe(process.stdout.fd) ? startTail(() => controller.abort()) : undefined
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    [Symbol.dispose]: () => {
      watcher?.kill()
      process.stdout.off('error', onError)
    },
  }
}

function isPipe(fd: number): boolean {
  return process.platform === 'linux' && fstatSync(fd).isFIFO()
}

/** Of `/dev/null`, to which nothing is ever added. It ends with this process, however that ends. */
function startTail(onUnread: () => void) {
  const tail = spawn('tail', ['-f', '-s', '0.1', `--pid=${process.pid}`, '/dev/null'], {
    stdio: ['ignore', 'inherit', 'ignore'],
    env: { PATH: FIXED_TOOL_PATH },
  })
  tail.on('error', () => undefined)
  tail.on('exit', (_code, ended) => {
    if (ended === 'SIGPIPE') onUnread()
  })
  tail.unref()
  return tail
}
