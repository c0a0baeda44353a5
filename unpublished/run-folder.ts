// `octo run ./DIR`: builds the plugin of a folder for this machine and runs it as `octo run` runs a published one. Nobody signed it: it
// goes the way of `octo test`, with a key and a store that are gone afterwards, so that nothing of it is ever taken for proven.
import { coded } from '../schemas/errors.ts'
import { quote, shellWord } from '../schemas/quote.ts'
import type { Terminal } from '../terminal/index.ts'
import { sayStillRunning } from '../terminal/say-still-running.ts'
import type { OctoEnd } from './octo-process.ts'
import { showRun } from './octo-process.ts'
import { installUnpublished } from './unpublished-plugin.ts'

type Place = { readonly terminal: Terminal; readonly env: Readonly<Record<string, string | undefined>> }

/** How the plugin ended: with an exit code, or by a signal. */
export async function runFolder(dir: string, args: readonly string[], { terminal, env }: Place): Promise<OctoEnd> {
  using building = sayStillRunning(terminal, `building and installing ${dir}`)
  using unpublished = await installUnpublished({ dir, env })
  building[Symbol.dispose]()
  const { built, octo, config } = unpublished
  const { plugin, version, manifest } = built
  if (manifest.protocol !== 'exec')
    throw coded('USAGE', {
      message: `${quote(dir)} speaks ${quote(manifest.protocol)}, and is started by whoever asks it`,
      hint: `\`octo test ${shellWord(dir)}\` holds it to that`,
    })
  terminal.warn(
    `unsigned local build: ${plugin} ${version} of ${quote(dir)}; nobody vouches for it, and nothing of it is kept`,
  )
  return await showRun(octo, ['run', plugin, '--config', config, '--offline', '--frozen', '--', ...args])
}
