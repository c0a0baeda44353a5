// `octo mcp`: the plugins that the config marks, as tools for programs that speak the Model Context Protocol, until their input ends.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { OctoConfig, PluginRequest } from '../../config/model/config.ts'
import { coded } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { octoVersion } from '../../system/octo-version.ts'
import { interruptible } from '../../system/process/interruptible.ts'
import { textIfReadable } from '../../system/text-if-readable.ts'
import type { Terminal } from '../../terminal/index.ts'
import { currentTools } from '../mcp/current-tools.ts'
import { openTools } from '../mcp/tools.ts'
import type { SessionOptions } from '../operator-session.ts'
import { openSession } from '../operator-session.ts'

const MAX_LINE = 1000

/** 0 when whoever asked has ended it. */
export async function mcpCommand(options: SessionOptions, terminal: Terminal): Promise<number> {
  const first = await openMarked(options, terminal)
  using interruption = interruptible()
  const ending = new AbortController()
  let tell = (): void => undefined
  await using tools = currentTools(first, { open: () => openMarked(options, terminal), onReplaced: () => tell() })
  requireMarks(first.config)
  const { serveTools } = await import('../mcp/serve.ts')
  const server = serveTools(tools, {
    version: octoVersion(),
    signal: ending.signal,
    onProblem: ({ message }) => terminal.debug(printable(message, MAX_LINE)),
  })
  tell = server.tellChanged
  await Promise.race([inputEnded(), aborted(interruption.signal)])
  ending.abort()
  await tools.idle()
  await server.close()
  return interruption.exitCode() ?? 0
}

/** By the config as it is now, and until it, its key files or its lockfile say something else. */
async function openMarked(options: SessionOptions, terminal: Terminal) {
  const { env } = process
  // Standard input is the protocol's: nobody can be asked for anything.
  const place = { terminal, cwd: process.cwd(), env, answers: { ask: undefined } }
  const session = await openSession({ ...options, strict: true }, place)
  session.forgetDocuments()
  const { config, client, lockPath } = session
  let lock = textIfReadable(lockPath)
  const locate = (executable: VerifiedExecutable) => client.locate(executable)
  const warn = (line: string) => terminal.warn(printable(line, MAX_LINE))
  const provide = async (requests: readonly PluginRequest[]) => {
    const outcomes = await session.provide(requests)
    // What was not locked yet is now, by ourselves.
    lock = textIfReadable(lockPath)
    return outcomes
  }
  return {
    config,
    tools: openTools(config.pins, { env, locate, warn, provide }),
    isCurrent() {
      const isAsRead = ([path, text]: readonly [string, string]) => textIfReadable(path) === text
      return textIfReadable(lockPath) === lock && [...(config.inputs ?? [])].every(isAsRead)
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}

/** Throws CONFIG_INVALID where there would be nothing to offer. */
function requireMarks({ pins, files }: OctoConfig): void {
  if (pins.some(({ mcp }) => mcp !== undefined)) return
  throw coded('CONFIG_INVALID', {
    message: `${quote(files[0] ?? 'the config')} marks no plugin for \`octo mcp\``,
    hint: 'mark one below `operator.plugins`: `check-tcp: {mcp: true}`',
  })
}

function inputEnded(): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => resolve())
  })
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
