// Which file is executed for a plugin: the artifact itself, or an interpreter of this machine that is given the artifact.
// Scripts never reach the kernel: octo starts their interpreter itself, so that nothing is looked for beside the caller, and
// so that a script is run alike whether its runtime stands in its first line or in its release.
import { closeSync, openSync, readSync } from 'node:fs'
import { extname } from 'node:path'
import type { VerifiedExecutable } from '../../client/index.ts'
import { coded } from '../../schemas/errors.ts'
import { baseName, readFirstLine } from '../../schemas/first-line.ts'
import type { Runtime } from '../../schemas/manifest.ts'
import { HEAD_BYTES, readProgramHead } from '../../schemas/program-head.ts'
import { quote } from '../../schemas/quote.ts'
import { FIXED_PATH } from '../../system/process/system-tool.ts'
import { findInterpreter } from './interpreter.ts'
import { isolationFlags } from './runtime-flags.ts'

type Program = { readonly file: string; readonly leading: readonly string[]; readonly argv0?: string | undefined }

/** A runtime of the machine, for a plugin; `known` is its version where nobody has to be asked. */
export type FoundRuntime = { readonly plugin: string; readonly file: string; readonly known?: string }

/** Throws RUNTIME_MISSING when the version of the runtime does not fit, or cannot be told. */
type RequireVersion = (runtime: Runtime, found: FoundRuntime) => void

type Machine = {
  readonly platform: NodeJS.Platform
  readonly nodePath: string
  readonly nodeVersion: string
  /** Where runtimes other than node are looked for. */
  readonly path: string
  readonly requireVersion: RequireVersion
}

export function thisMachine(requireVersion: RequireVersion): Machine {
  return {
    platform: process.platform,
    nodePath: process.execPath,
    nodeVersion: process.versions.node,
    path: FIXED_PATH,
    requireVersion,
  }
}

type Subject = Pick<VerifiedExecutable, 'path' | 'runtime' | 'argv0'> & {
  /** What errors call it. */
  readonly plugin: string
  readonly manifest: Pick<VerifiedExecutable['manifest'], 'protocol'>
}

/** Throws RUNTIME_MISSING, PLUGIN_MISSING or PLUGIN_NOT_EXECUTABLE. */
export function programOf({ manifest, ...subject }: Subject, machine: Machine): Program {
  if (manifest.protocol !== 'exec')
    throw coded('PLUGIN_NOT_EXECUTABLE', {
      message: `plugin ${quote(subject.plugin)} is a service plugin, which answers calls and is not run by itself`,
      details: { plugin: subject.plugin, protocol: manifest.protocol },
      hint: `\`octo plugin inspect ${subject.plugin}\` shows what it can be asked, once it is pinned below \`operator.plugins\``,
    })
  return programAt(subject, machine)
}

/** The same whatever it speaks, once it runs. */
export function programAt({ path, plugin, runtime, argv0 }: Omit<Subject, 'manifest'>, machine: Machine): Program {
  if (runtime) return underRuntime({ path, plugin, runtime }, machine)
  if (machine.platform === 'win32' && ['.bat', '.cmd'].includes(extname(path).toLowerCase()))
    throw notExecutable(plugin, 'is a batch file, which only a shell can run')
  const head = firstBytes(path, plugin)
  const line = readFirstLine(head)
  if (!line) {
    refuseScriptOfShell(head, plugin)
    return { file: path, leading: [], argv0 }
  }
  if ('problem' in line) throw notExecutable(plugin, line.problem)
  const name = baseName(line.interpreter)
  const file = /^node(js)?$/.test(name) ? machine.nodePath : findInterpreter(line.interpreter, { plugin, machine })
  return { file, leading: [...isolationFlags(name), ...line.arguments, path] }
}

function underRuntime(
  { path, plugin, runtime }: { readonly path: string; readonly plugin: string; readonly runtime: Runtime },
  machine: Machine,
): Program {
  const isNode = runtime.name === 'node'
  const file = isNode
    ? machine.nodePath
    : findInterpreter(runtime.name === 'sh' ? '/bin/sh' : runtime.name, { plugin, machine })
  machine.requireVersion(runtime, { plugin, file, ...(isNode ? { known: machine.nodeVersion } : {}) })
  return { file, leading: [...isolationFlags(runtime.name), path] }
}

/** The C library's exec gives a file that it does not know to /bin/sh, where no argument is quoted for a shell. */
function refuseScriptOfShell(head: Uint8Array, plugin: string): void {
  if (readProgramHead(head).format === 'other')
    throw notExecutable(plugin, 'is neither a program nor a script that names its interpreter with `#!`')
}

function firstBytes(path: string, plugin: string): Uint8Array {
  try {
    const file = openSync(path, 'r')
    try {
      const head = Buffer.alloc(HEAD_BYTES)
      return head.subarray(0, readSync(file, head, 0, head.length, 0))
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw notExecutable(plugin, 'cannot be read', cause)
    throw coded('PLUGIN_MISSING', {
      message: `the file of plugin ${quote(plugin)} is gone`,
      details: { path },
      cause,
    })
  }
}

function notExecutable(plugin: string, problem: string, cause?: unknown): Error {
  return coded('PLUGIN_NOT_EXECUTABLE', {
    message: `plugin ${quote(plugin)} ${problem}`,
    details: { plugin },
    cause,
  })
}
