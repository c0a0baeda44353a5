// `octo run` in full: read the config, install what is missing, run in the foreground, remember for the next time. What is named as a
// folder is a plugin that nobody published yet.

import { parsePluginRequest, RUN_SERVICE } from '../../config/model/plugin-request.ts'
import { pinned } from '../../config/model/requests.ts'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import type { Terminal } from '../../terminal/index.ts'
import type { SessionOptions } from '../operator-session.ts'
import { openSession } from '../operator-session.ts'
import { endAsItEnded, runInteractive } from '../run/interactive.ts'

export type RunOptions = SessionOptions & { readonly relink?: string }

export async function runCommand(
  [words = '', ...argv]: readonly string[],
  options: RunOptions,
  terminal: Terminal,
): Promise<number> {
  if (isFolder(words)) return runUnpublished(words, argv, options, terminal)
  const request = parsePluginRequest(words)
  if (request.plugin === RUN_SERVICE && !request.repo)
    throw coded('USAGE', {
      message: '`run-service` is no plugin but a part of the operator, which runs it when it starts a service',
      hint: 'write it below `preflight` or `init` of the service, then `octo start`',
    })
  const place = { terminal, cwd: process.cwd(), env: process.env }
  const executable = await provide(words, options, place)
  return runInteractive(executable, argv, place)
}

/** As a path, and no name of a plugin: `.`, `./my-check`, `/srv/my-check`, `C:\\my-check`. */
function isFolder(words: string): boolean {
  return /^(?:\.{1,2}$|\.{0,2}[/\\]|[A-Za-z]:[/\\])/.test(words)
}

/** Options that are about a config, its lockfile and its repos. */
const OF_CONFIGS = ['config', 'lock', 'frozen', 'offline', 'relink'] as const

async function runUnpublished(
  dir: string,
  argv: readonly string[],
  options: RunOptions,
  terminal: Terminal,
): Promise<number> {
  const misplaced = OF_CONFIGS.find((name) => options[name] !== undefined)
  if (misplaced !== undefined)
    throw coded('USAGE', {
      message: `\`--${misplaced}\` is for plugins of a config, and ${quote(dir)} is a folder`,
      hint: `leave it away: \`octo run ${shellWord(dir)}\``,
    })
  const { runFolder } = await import('../../unpublished/run-folder.ts')
  const { exitCode, signal } = await runFolder(dir, argv, { terminal, env: process.env })
  return endAsItEnded({ exitCode: exitCode ?? 1, signal, received: new Set() })
}

type Place = Parameters<typeof openSession>[1]

/** The client is closed before the plugin starts: it may run for days. */
async function provide(words: string, options: RunOptions, place: Place) {
  await using session = await openSession(options, place)
  const [found] = await session.provide([pinned(parsePluginRequest(words), session.config.pins)])
  if (!found) throw coded('INTERNAL', { message: `the client gave nothing for ${quote(words)}` })
  if (found.state === 'failed') throw found.error
  const executable = session.client.locate(found.value)
  // A record is found by one config: what several say together is not what the first of them says alone.
  if ((options.config?.length ?? 0) <= 1)
    session.client.recordWarmRun({ configPath: session.configPath, request: words }, executable)
  if (options.relink !== undefined) {
    const { relink } = await import('../link/relink.ts')
    await relink(session, { file: options.relink, request: words, executable, options }, place)
  }
  return executable
}
