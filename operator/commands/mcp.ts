// `octo mcp`: the plugins that the config marks, as tools for programs that speak the Model Context Protocol, until their input ends.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { OctoConfig } from '../../config/model/config.ts'
import { coded } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { octoVersion } from '../../system/octo-version.ts'
import { interruptible } from '../../system/process/interruptible.ts'
import type { Terminal } from '../../terminal/index.ts'
import { openTools } from '../mcp/tools.ts'
import type { SessionOptions } from '../operator-session.ts'
import { openSession } from '../operator-session.ts'

const MAX_LINE = 1000

/** 0 when whoever asked has ended it. */
export async function mcpCommand(options: SessionOptions, terminal: Terminal): Promise<number> {
  const { env } = process
  // Standard input is the protocol's: nobody can be asked for anything.
  const place = { terminal, cwd: process.cwd(), env, answers: { ask: undefined } }
  await using session = await openSession({ ...options, strict: true }, place)
  session.forgetDocuments()
  const { config, client } = session
  requireMarks(config)
  using interruption = interruptible()
  const ending = new AbortController()
  const locate = (executable: VerifiedExecutable) => client.locate(executable)
  const warn = (line: string) => terminal.warn(printable(line, MAX_LINE))
  const tools = openTools(config.pins, { env, locate, warn, provide: (requests) => session.provide(requests) })
  const { serveTools } = await import('../mcp/serve.ts')
  const server = serveTools(tools, {
    version: octoVersion(),
    signal: ending.signal,
    onProblem: ({ message }) => terminal.debug(printable(message, MAX_LINE)),
  })
  await Promise.race([inputEnded(), aborted(interruption.signal)])
  ending.abort()
  await tools.idle()
  await server.close()
  return interruption.exitCode() ?? 0
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
