// `octo install`: everything that the config asks for, proven and in the store.
import { count, formatBytes } from '../../terminal/index.ts'
import type { Run } from '../../terminal/program.ts'
import { openClient } from '../index.ts'
import type { ClientFlags } from './session.ts'
import { openSession } from './session.ts'

export async function installCommand({ options, terminal }: Run<ClientFlags>): Promise<number> {
  using session = await openSession(options, terminal)
  await using client = await openClient(session.options)
  const { executables, downloaded } = await client.install()
  session[Symbol.dispose]()
  const bytes = downloaded.reduce((sum, { size }) => sum + size, 0)
  terminal.result({
    json: {
      lock: session.options.lockPath,
      plugins: executables.map(({ repo, plugin, version, platform, signer, digest, path }) => {
        return { repo, plugin, version, platform, signer, digest, path }
      }),
      downloaded,
    },
    text: () =>
      [
        ...executables.map(({ repo, plugin, version, platform }) => `${repo}/${plugin} ${version} ${platform}`),
        `${count(executables.length, 'plugin')} verified, ${downloaded.length} downloaded (${formatBytes(bytes)})`,
      ].join('\n'),
  })
  return 0
}
