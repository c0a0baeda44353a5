// `octo test`: an unpublished plugin, checked or run as its users would, and what was declared and not used.
import type { Terminal } from '../terminal/index.ts'
import type { OctoSetting } from '../unpublished/octo-process.ts'
import { shellCodeOf, showRun } from '../unpublished/octo-process.ts'
import type { Built } from '../unpublished/unpublished-plugin.ts'
import { installUnpublished } from '../unpublished/unpublished-plugin.ts'
import { remarksOn } from './remarks.ts'

type Place = { readonly terminal: Terminal; readonly env: Readonly<Record<string, string | undefined>> }

export type TestOptions = { readonly passEnv?: readonly string[]; readonly keep?: boolean }

/** Results that `octo check` reads; what a notifier or a source of secrets answers is for whoever asks them. */
const CHECKED: readonly (string | undefined)[] = ['check/v1', 'nagios', 'exit-code']

export async function testPlugin(
  [dir = '.', ...args]: readonly string[],
  { passEnv = [], keep = false }: TestOptions,
  { terminal, env }: Place,
): Promise<number> {
  const services = ({ plugin }: Built) => ({
    [plugin]: { noTemplate: true, health: [{ tool: plugin, args, failureThreshold: 1 }] },
  })
  const onStep = (line: string) => terminal.info(line)
  using tested = await installUnpublished({ dir, env, passEnv, services, onStep })
  const { built, octo, config, folder } = tested
  if (keep) tested.keep()
  const code = await run(octo, { built, args, config, keep })
  for (const line of remarksOn(built, { dir, args })) terminal.info(line)
  if (keep) terminal.info(`kept ${folder}`)
  return code
}

type Running = {
  readonly built: Built
  readonly args: readonly string[]
  readonly config: string
  readonly keep: boolean
}

async function run(octo: OctoSetting, { built, args, config, keep }: Running): Promise<number> {
  const { plugin, manifest } = built
  const shared = ['--config', config, '--offline', '--frozen']
  // Of a file that is gone afterwards nobody needs the path.
  const places = keep ? [] : ['--no-places']
  if (manifest.protocol !== 'exec') return shellCodeOf(await showRun(octo, ['list', '--config', config]))
  if (manifest.kind === 'tool' && CHECKED.includes(manifest.output))
    return shellCodeOf(await showRun(octo, ['check', ...shared, ...places, '--phase', 'health', '--verbose']))
  return shellCodeOf(await showRun(octo, ['run', plugin, ...shared, '--', ...args]))
}
