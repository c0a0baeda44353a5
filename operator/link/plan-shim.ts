// One proven plugin becomes the text of a shim: everything that its run rests on, how it is started, and how octo is called when
// something differs.
import { basename } from 'node:path'
import type { Client, ShimRecord, VerifiedExecutable } from '../../client/index.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { pluginName } from '../../schemas/release-name.ts'
import { problemOfPath } from '../../system/files/owned-path.ts'
import type { WatchedPlaces } from '../../system/files/watched-places.ts'
import { watchFile, watchSearchedPlace } from '../../system/files/watched-places.ts'
import { programOf, thisMachine } from '../exec/executable.ts'
import { refuseOldOperator } from '../exec/operator-version.ts'
import { requireRuntimeVersion } from '../exec/runtime-version.ts'
import { comparisonOf, requireSameAnswer } from './comparison.ts'
import { refuseUnwritable } from './folder.ts'
import type { LastingStart } from './lasting-start.ts'
import type { LinkMachine } from './machine.ts'
import type { OctoCalls } from './render-shim.ts'
import { renderCall, renderShim } from './render-shim.ts'
import { shimEnvironment } from './shim-environment.ts'

export type Linking = {
  readonly client: Client
  /** Absolute path of the first config. */
  readonly configPath: string
  /** Words of `octo run` behind `--relink FILE` and before the plugin: the same config, lockfile and flags. */
  readonly runWords: readonly string[]
  /** Variables of the environment that say where stores are, as far as they are not the usual ones of a user. */
  readonly stores: readonly string[]
  readonly machine: LinkMachine
  readonly start: LastingStart
}

type LinkRequest = {
  /** Absolute path of the shim. */
  readonly path: string
  /** As typed: `[repo/]name[@range]`. */
  readonly request: string
  readonly executable: VerifiedExecutable
}

/** `slow` says why every run goes to octo. */
export type PlannedShim = { readonly record: ShimRecord; readonly slow?: string }

/** Beyond these, comparing costs a shell more than octo needs to start. */
const MAX_FILES = 200
const MAX_TEXT_BYTES = 64 * 1024

/** Throws LINK_REFUSED, LINK_UNSAFE and what keeps the plugin from running at all. */
export async function planShim(linking: Linking, asked: LinkRequest): Promise<PlannedShim> {
  const { client, configPath, machine } = linking
  const { executable, request, path } = asked
  refuseUnlinkable(executable)
  const { file, leading, argv0 } = programOf(executable, thisMachine(requireRuntimeVersion))
  const watched = await client.grounds({ configPath, request }, executable)
  const program = argv0 === undefined ? file : client.nameProgram(executable)
  watchProgram(watched, { file, program, executable })
  for (const own of linking.start.files) watchSearchedPlace(watched, own)
  const comparison = comparisonOf(watched)
  for (const place of [...comparison.paths, ...linking.start.words, ...linking.runWords]) refuseUnwritable(place)
  const calls = callsOf(linking, asked)
  const title = `${executable.repo}/${executable.plugin}@${executable.version} by ${configPath}`
  const known = { path, plugin: pluginName(executable), version: executable.version }
  const slow = (why: string): PlannedShim => ({
    record: { ...known, text: renderCall(machine, calls, title) },
    slow: why,
  })
  if (watched.whole.size > MAX_FILES) return slow(`it has more than ${MAX_FILES} files`)
  if (program.includes('=')) return slow('its path has a `=` in it')
  requireSameAnswer(comparison, machine.stat)
  const environment = shimEnvironment({ root: executable.root, contract: executable.manifest.output })
  const text = renderShim(machine, calls, { title, comparison, environment, program: [program, ...leading] })
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES)
    return slow(`its shim would have more than ${MAX_TEXT_BYTES / 1024} KiB`)
  return { record: { ...known, text, comparison } }
}

function refuseUnlinkable({ plugin, manifest }: VerifiedExecutable): void {
  refuseOldOperator(plugin, manifest.minimumOperator)
  if (manifest.input !== 'json') return
  throw coded('LINK_REFUSED', {
    message: `plugin ${quote(plugin)} cannot be linked: it reads its arguments as JSON from \`octo check\`, and a shim passes words`,
    details: { plugin },
    hint: 'name it in a service of your config and run `octo check`',
  })
}

type Started = { readonly file: string; readonly program: string; readonly executable: VerifiedExecutable }

/** Watched first and asked second: who could have replaced it in between would be seen. */
function watchProgram(watched: WatchedPlaces, { file, program, executable }: Started): void {
  for (const place of [file, program]) watchFile(watched, place)
  const problem = file === process.execPath ? undefined : problemOfPath(file)
  if (!problem) return
  throw coded('LINK_UNSAFE', {
    message: `plugin ${quote(executable.plugin)} is started by ${quote(basename(file))}, and ${quote(problem.place)} ${problem.problem}`,
    details: { plugin: executable.plugin, file, place: problem.place },
    hint: 'let only root write there',
  })
}

function callsOf({ stores, machine, start, runWords }: Linking, { path, request }: LinkRequest): OctoCalls {
  const home = stores.length === 0 ? [] : [machine.env, ...stores]
  const begin = [...home, ...start.words, 'run']
  const end = [...runWords, request, '--']
  return { run: [...begin, ...end], relink: [...begin, '--relink', path, ...end] }
}
