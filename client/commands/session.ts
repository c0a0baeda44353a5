// What every command of the client starts with: the config, its warnings, and a client that reports to the terminal.
import { loadConfig } from '../../config/load-config.ts'
import type { OctoConfig } from '../../config/model/config.ts'
import { parsePlatformInput } from '../../schemas/platform.ts'
import { printable } from '../../schemas/quote.ts'
import type { Progress, Terminal } from '../../terminal/index.ts'
import { waitingLine } from '../../terminal/index.ts'
import type { ClientOptions, Report } from '../api.ts'
import { hostPlatform } from '../host-platform.ts'
import { lockPathOf } from '../lockfile/lock-path.ts'
import { storeRootOf } from '../store/root.ts'

export type ClientFlags = {
  readonly config?: readonly string[]
  readonly platform?: string
  readonly frozen?: boolean
  readonly offline?: boolean
  readonly lock?: string
  readonly acceptSerial?: boolean
  readonly acceptUnsigned?: boolean
}

export type Session = Disposable & { readonly config: OctoConfig; readonly options: ClientOptions }

export async function openSession(flags: ClientFlags, terminal: Terminal): Promise<Session> {
  const [cwd, env, offline] = [process.cwd(), process.env, flags.offline === true]
  const onWait = waitingLine(terminal)
  const strict = flags.frozen === true
  const config = await loadConfig({ paths: flags.config ?? [], cwd, env, offline, strict, onWait })
  for (const { file, line, message } of config.warnings)
    terminal.warn(`${printable(file, 500)}${line === undefined ? '' : `:${line}`}: ${printable(message, 500)}`)
  const display = openDisplay(terminal)
  const options: ClientOptions = {
    config,
    lockPath: lockPathOf(config.files[0] ?? '', cwd, flags.lock),
    storeRoot: storeRootOf(env),
    platform: flags.platform === undefined ? hostPlatform() : parsePlatformInput(flags.platform),
    frozen: flags.frozen === true,
    offline,
    env,
    report: display.report,
    accept: { serial: flags.acceptSerial === true, unsigned: flags.acceptUnsigned === true },
  }
  return { config, options, [Symbol.dispose]: () => display.stop() }
}

/** One display for all downloads, opened with the first. */
function openDisplay(terminal: Terminal) {
  let progress: Progress | undefined
  const report: Report = {
    warn: (line) => terminal.warn(line),
    waiting: waitingLine(terminal),
    info: (line) => terminal.info(line),
    download({ name, size }) {
      progress ??= terminal.progress({ unit: 'bytes', title: 'downloading' })
      const item = progress.item(printable(name), size)
      return { advance: (bytes) => item.advance(bytes), done: () => item.done() }
    },
  }
  return { report, stop: () => progress?.stop() }
}
