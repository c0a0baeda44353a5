// `octo install`: everything that the config asks for, proven and in the store. What cannot be had does not keep the rest out;
// the exit code is that of the first of them.
import { printable } from '../../schemas/quote.ts'
import type { Terminal } from '../../terminal/index.ts'
import { count, errorToJson, exitCodeOf, formatBytes } from '../../terminal/index.ts'
import type { Run } from '../../terminal/program.ts'
import type { FailedPlugin } from '../index.ts'
import { openClient } from '../index.ts'
import type { ClientFlags } from './session.ts'
import { openSession } from './session.ts'

export async function installCommand({ options, terminal }: Run<ClientFlags>): Promise<number> {
  using session = await openSession(options, terminal)
  await using client = await openClient(session.options)
  const { executables, downloaded, failed } = await client.install()
  session[Symbol.dispose]()
  const bytes = downloaded.reduce((sum, { size }) => sum + size, 0)
  const missing = failed.filter(({ isOptional }) => !isOptional)
  if (missing[0] && executables.length === 0) throw missing[0].error
  if (!terminal.json) for (const plugin of failed) tell(plugin, terminal)
  terminal.result({
    json: {
      lock: session.options.lockPath,
      plugins: executables.map(({ repo, plugin, version, platform, signer, digest, path }) => {
        return { repo, plugin, version, platform, signer, digest, path }
      }),
      downloaded,
      failed: failed.map(({ plugin, error, isOptional }) => ({ plugin, optional: isOptional, ...errorToJson(error) })),
    },
    text: () =>
      [
        ...executables.map(({ repo, plugin, version, platform }) => `${repo}/${plugin} ${version} ${platform}`),
        `${count(executables.length, 'plugin')} verified, ${downloaded.length} downloaded (${formatBytes(bytes)})`,
        ...(missing.length > 0 ? [`not installed: ${missing.map(({ plugin }) => plugin).join(', ')}`] : []),
      ].join('\n'),
  })
  return missing[0] === undefined ? 0 : exitCodeOf(missing[0].error)
}

function tell({ plugin, error, isOptional }: FailedPlugin, terminal: Terminal): void {
  const said = `${plugin}: ${printable(error.message, 1000)}`
  if (isOptional) terminal.info(`${said}; the config calls it optional`)
  else terminal.error(error.hint ? `${said}; hint: ${printable(error.hint, 500)}` : said)
}
