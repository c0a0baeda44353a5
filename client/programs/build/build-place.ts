// Where source is fetched and built: a folder of its own with a home of its own, variables without secrets, bounded in what it prints and
// writes. Everything that is started there ends with it, and so does the folder.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { coded } from '../../../schemas/errors.ts'
import { stagedPath } from '../../../system/files/staged-file.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import type { Launch } from '../../../system/process/launch.ts'
import type { Ending, RunOptions } from '../../../system/process/run-process.ts'
import { runProcess } from '../../../system/process/run-process.ts'
import { onStoreDisk } from '../../store/disk.ts'
import type { Layout } from '../../store/layout.ts'
import { removeTree } from '../../store/unpacked.ts'
import { watchSize } from './watch-size.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type BuildPlace = Disposable & {
  readonly folder: string
  /** Of whoever asked. */
  readonly env: Environment
  /** What everything here is started with. */
  readonly shared: Readonly<Record<string, string>>
  /** Throws LIMIT_EXCEEDED and INTERRUPTED, and what `words` makes of a failure to start. */
  run(what: Launch, options: RunOptions): Promise<Ending>
}

const MAX_BYTES = 8 * 1024 * 1024 * 1024
const FLOOD_BYTES = 64 * 1024 * 1024
const KIB = 1024

/** The end of what is printed is what tells. */
export const KEPT = {
  stdout: { headBytes: 64 * KIB, tailBytes: 64 * KIB, lineBytes: 16 * KIB },
  stderr: { headBytes: 16 * KIB, tailBytes: 64 * KIB, lineBytes: 16 * KIB },
} as const

/** As a proxy's address may hold a password, only those without one. */
const PASSED = ['PATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'] as const
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'] as const

export function openBuildPlace(layout: Layout, env: Environment, maxBytes = MAX_BYTES): BuildPlace {
  const folder = stagedPath(layout.staging, 'build')
  const [home, temporary] = [join(folder, 'home'), join(folder, 'tmp')]
  for (const path of [folder, home, temporary]) onStoreDisk(path, () => mkdirSync(path, { mode: 0o700 }))
  const passed = [...PASSED, ...PROXIES.filter((name) => !env[name]?.includes('@'))]
  const shared = {
    ...Object.fromEntries(passed.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
    HOME: home,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
  }
  return {
    folder,
    env,
    shared,
    async run(what, options) {
      using interruption = interruptible()
      using size = watchSize(folder, maxBytes)
      const ending = await runProcess(what, {
        ...options,
        limits: { floodBytes: FLOOD_BYTES },
        ownVariable: 'TMPDIR',
        signal: AbortSignal.any([interruption.signal, size.signal]),
      })
      if (size.signal.aborted || (await size.isTooLarge())) throw tooLarge(maxBytes)
      if (ending.stopped === 'flood') throw flooded()
      if (ending.stopped === 'interrupted') throw coded('INTERRUPTED', { message: 'the build was interrupted' })
      return ending
    },
    // What a package manager keeps is often read-only.
    [Symbol.dispose]: () => removeTree(folder),
  }
}

/** What was printed last, for people. */
export function lastLines({ stdout, stderr, exitCode, signal }: Ending): string {
  const text = (stderr.text.trim() || stdout.text.trim()).split('\n').slice(-20).join('\n')
  return text === '' ? `it ended with ${signal ?? `exit code ${exitCode}`}` : text
}

function tooLarge(maxBytes: number): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `the build of a service writes more than ${maxBytes} bytes`,
    details: { maxBytes },
  })
}

function flooded(): Error {
  return coded('LIMIT_EXCEEDED', {
    message: `the build of a service prints more than ${FLOOD_BYTES} bytes`,
    details: { maxBytes: FLOOD_BYTES },
  })
}
