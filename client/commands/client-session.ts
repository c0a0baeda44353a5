// What every command of the client starts with: its workspace, and options of a client that reports to the terminal.
import { standIn } from '../../config/ask-prompts.ts'
import type { OctoConfig } from '../../config/model/config.ts'
import { printable } from '../../schemas/quote.ts'
import type { Progress, Terminal } from '../../terminal/index.ts'
import { waitingLine } from '../../terminal/index.ts'
import type { ClientOptions } from '../api.ts'
import type { Report } from '../report.ts'
import type { WorkspaceFlags } from '../workspace.ts'
import { openWorkspace } from '../workspace.ts'

export type ClientFlags = WorkspaceFlags & {
  readonly acceptSerial?: boolean
  readonly acceptUnsigned?: boolean
}

export type Session = Disposable & { readonly config: OctoConfig; readonly options: ClientOptions }

export async function openSession(flags: ClientFlags, terminal: Terminal): Promise<Session> {
  const { config, options } = await openWorkspace(flags, {
    cwd: process.cwd(),
    env: process.env,
    warn: (line) => terminal.warn(line),
    ask: standIn,
    onWait: waitingLine(terminal),
  })
  const display = openDisplay(terminal)
  const accept = { serial: flags.acceptSerial === true, unsigned: flags.acceptUnsigned === true }
  return {
    config,
    options: { ...options, report: display.report, accept },
    [Symbol.dispose]: () => display.stop(),
  }
}

/** One display for all downloads, opened with the first. */
export function openDisplay(terminal: Terminal) {
  let progress: Progress | undefined
  const report: Report = {
    warn: (line) => terminal.warn(line),
    waiting: waitingLine(terminal),
    info: (line) => terminal.info(line),
    download({ name, size }) {
      progress ??= terminal.progress({ unit: 'bytes', title: 'downloading' })
      const item = progress.item(printable(name), size)
      return { advance: (bytes) => item.advance(bytes), done: () => item.done(), fail: (reason) => item.fail(reason) }
    },
  }
  return { report, stop: () => progress?.stop() }
}
