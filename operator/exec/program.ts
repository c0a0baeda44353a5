// Which file is executed for a plugin: the artifact itself, or a runtime of this machine that is given the artifact.
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { extname } from 'node:path'
import type { VerifiedExecutable } from '../../client/index.ts'
import type { Runtime } from '../../schemas/manifest.ts'
import { FIXED_PATH } from './environment.ts'
import { quoted, refusal } from './refusal.ts'
import { runtimeSatisfies } from './runtime-version.ts'

export type Program = { readonly file: string; readonly leading: readonly string[]; readonly argv0?: string }

type Machine = {
  readonly platform: NodeJS.Platform
  readonly nodePath: string
  readonly nodeVersion: string
  /** Where `python3` is looked for. */
  readonly path: string
}

const THIS_MACHINE: Machine = {
  platform: process.platform,
  nodePath: process.execPath,
  nodeVersion: process.versions.node,
  path: FIXED_PATH,
}

/** Python would write its compiled modules beside the plugin's, into files that are proven before every run. */
const RUNTIME_FLAGS: Readonly<Partial<Record<Runtime['name'], readonly string[]>>> = { python3: ['-B'] }

/** Throws RUNTIME_MISSING or PLUGIN_NOT_EXECUTABLE. */
export function programOf(
  {
    path,
    plugin,
    runtime,
    argv0,
    manifest,
  }: Pick<VerifiedExecutable, 'path' | 'plugin' | 'runtime' | 'argv0' | 'manifest'>,
  machine = THIS_MACHINE,
): Program {
  if (manifest.protocol !== 'exec')
    throw notExecutable(plugin, `speaks the protocol ${quoted(manifest.protocol)}, which this octo does not run yet`)
  if (runtime)
    return { file: runtimePath(plugin, runtime, machine), leading: [...(RUNTIME_FLAGS[runtime.name] ?? []), path] }
  refuseScriptOfShell(path, plugin, machine)
  return { file: path, leading: [], argv0 }
}

function runtimePath(plugin: string, runtime: Runtime, machine: Machine): string {
  if (runtime.name === 'node') return nodePath(plugin, runtime, machine)
  const candidates =
    runtime.name === 'sh' ? ['/bin/sh'] : machine.path.split(':').map((directory) => `${directory}/python3`)
  const found = machine.platform === 'win32' ? undefined : candidates.find((candidate) => existsSync(candidate))
  if (found) return found
  throw refusal('RUNTIME_MISSING', {
    message: `plugin ${quoted(plugin)} needs \`${runtime.name}\`, which is not on this machine`,
    details: { plugin, runtime: runtime.name, path: machine.path },
    hint: `install \`${runtime.name}\` for all users; octo looks in fixed folders only and not in your PATH`,
  })
}

/** Plugins for Node run under the Node that octo itself runs under, which is always there. */
function nodePath(plugin: string, { version }: Runtime, { nodePath: path, nodeVersion }: Machine): string {
  if (version === undefined || runtimeSatisfies(nodeVersion, version)) return path
  throw refusal('RUNTIME_MISSING', {
    message: `plugin ${quoted(plugin)} needs \`node\` in a version that fits ${quoted(version)}, found \`${nodeVersion}\``,
    details: { plugin, expected: version, found: nodeVersion },
    hint: 'update octo, which brings its own Node',
  })
}

const EXECUTABLE_HEADS = ['7f454c46', 'cffaedfe', 'cefaedfe', 'cafebabe', 'feedfacf', 'feedface', '4d5a', '2321']

/**
 * The C library's exec gives a file that it does not know to /bin/sh, and Windows gives `.bat` to cmd.exe: neither may
 * happen, because no argument is quoted for a shell.
 */
function refuseScriptOfShell(path: string, plugin: string, { platform }: Machine): void {
  if (platform === 'win32' && ['.bat', '.cmd'].includes(extname(path).toLowerCase()))
    throw notExecutable(plugin, 'is a batch file, which only a shell can run')
  const head = firstBytes(path, plugin)
  if (!EXECUTABLE_HEADS.some((known) => head.startsWith(known)))
    throw notExecutable(plugin, 'is neither a program nor a script that names its interpreter with `#!`')
}

function firstBytes(path: string, plugin: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const head = Buffer.alloc(4)
      return head.subarray(0, readSync(file, head, 0, head.length, 0)).toString('hex')
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw notExecutable(plugin, 'cannot be read', cause)
    throw refusal('PLUGIN_MISSING', {
      message: `the file of plugin ${quoted(plugin)} is gone`,
      details: { path },
      cause,
    })
  }
}

function notExecutable(plugin: string, problem: string, cause?: unknown): Error {
  return refusal('PLUGIN_NOT_EXECUTABLE', {
    message: `plugin ${quoted(plugin)} ${problem}`,
    details: { plugin },
    cause,
  })
}
