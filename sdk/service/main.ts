// The process around a service plugin: argv in; on standard output the capabilities or the address and nothing else; logs on
// standard error; and an end by signal, by request or for want of work, always with exit code 0.

import { renderCapabilities } from '../../schemas/contract/ocm/capabilities.ts'
import { leave } from '../leave.ts'
import { say } from '../say.ts'
import { logConsole } from './console.ts'
import { createLog } from './log.ts'
import type { ServicePlugin } from './service-plugin.ts'
import { readArguments, readStartConfig, StartProblem } from './start.ts'
import { openStderrLines, writeStderrNow } from './stderr-lines.ts'

const CRASHED = 1

export async function runServiceProgram(plugin: ServicePlugin): Promise<void> {
  try {
    const asked = readArguments(process.argv.slice(2))
    if (asked.word === 'start') return await runServer(plugin, asked.config)
    say(textOf(plugin, asked.word))
    leave()
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error
    createLog({ write: writeStderrNow }).error(error.message)
    process.exitCode = error.exitCode
    leave()
  }
}

function textOf(plugin: ServicePlugin, word: 'capabilities' | 'help' | 'version'): string {
  if (word === 'capabilities') return renderCapabilities(plugin.capabilities()).trimEnd()
  const { name, version, summary } = plugin
  if (word === 'version') return version
  return [
    `${name} ${version}: ${summary}`,
    '',
    'A service plugin of the Open Component Model, which a host starts:',
    `  ${name} capabilities     says what it can do`,
    `  ${name} --config JSON    serves until it is told to stop or has nothing to do`,
  ].join('\n')
}

async function runServer(plugin: ServicePlugin, text: string): Promise<void> {
  const lines = openStderrLines()
  const log = createLog(lines)
  logConsole(log)
  const config = readStartConfig(text)
  const serving = await plugin.serve(config, log)
  let exitCode = 0
  // A terminal sends SIGINT to host and plugin, and then the host sends it, too.
  process.on('SIGINT', () => serving.stop('it got SIGINT'))
  process.on('SIGTERM', () => void (serving.stop('it got SIGTERM') || serving.hurry()))
  // What threw belongs to no call: nobody knows what state it left.
  process.on('uncaughtException', (error) => {
    log.error('the plugin failed and ends', { error })
    exitCode = CRASHED
    serving.stop('it failed')
  })
  say(serving.announcement)
  await serving.ended
  await lines.flush()
  process.exitCode = exitCode
  leave()
}
