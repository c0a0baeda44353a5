// Opens the program of a plugin that is a file of some folder, so that what was looked at is what runs: its bytes are digested
// through the descriptor that is executed, and nobody but this user and root can change them.
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Digest } from '../../../schemas/digest.ts'
import { digestFromHex } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import { HEAD_BYTES, readProgramHead } from '../../../schemas/program-head.ts'
import { quote, shellWord } from '../../../schemas/quote.ts'
import { onDisk } from '../../../system/files/errors.ts'
import { identityOf } from '../../../system/files/file-identity.ts'
import { problemOfPath } from '../../../system/files/owned-path.ts'
import { programAt, thisMachine } from '../../exec/executable.ts'
import { requireRuntimeVersion } from '../../exec/runtime-version.ts'
import type { OpenedProgram } from '../plugin.ts'
import type { PluginFile } from './directory.ts'

/** The digest of a file of this identity, where it was computed before. */
export type KnownFiles = {
  digest(path: string, identity: string): Digest | undefined
  /** `changedNs`: the ctime that is a part of the identity. */
  remember(path: string, state: { readonly identity: string; readonly changedNs: bigint }, digest: Digest): void
}

export type OpenedFile = OpenedProgram & { readonly digest: Digest }

/** Throws PLUGIN_NOT_EXECUTABLE, PLUGIN_MISSING, RUNTIME_MISSING, PROGRAM_UNSAFE or IO_FAILED. */
export function openPluginFile({ name, path }: PluginFile, known: KnownFiles): OpenedFile {
  const real = onDisk(path, () => realpathSync(path))
  refuseShared(name, real)
  const descriptor = onDisk(path, () => openSync(real, 'r'))
  try {
    const stat = fstatSync(descriptor, { bigint: true })
    if (!stat.isFile() || (process.platform !== 'win32' && (stat.mode & 0o111n) === 0n)) throw notExecutable(name, path)
    const identity = identityOf(stat)
    const digest = known.digest(real, identity) ?? digestOfDescriptor(descriptor)
    known.remember(real, { identity, changedNs: stat.ctimeNs }, digest)
    const program = programAt({ path: real, plugin: name, argv0: real }, thisMachine(requireRuntimeVersion))
    return {
      digest,
      file: program.file === real ? executed(descriptor, real) : program.file,
      leading: program.leading,
      argv0: program.argv0 ?? program.file,
      root: dirname(real),
      [Symbol.dispose]: () => closeSync(descriptor),
    }
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/** Whoever can write the file, or put another in its place, decides what runs. */
function refuseShared(name: string, path: string): void {
  const found = onDisk(path, () => problemOfPath(path))
  if (!found) return
  throw coded('PROGRAM_UNSAFE', {
    message: `plugin ${quote(name)} is not run: ${quote(found.place)} ${found.problem}, found mode 0${found.mode}`,
    details: { plugin: name, path, place: found.place, uid: found.uid, mode: found.mode },
    ...(found.own ? { hint: `run \`chmod go-w ${shellWord(found.place)}\`` } : {}),
  })
}

/** A program is executed through what was digested. An interpreter opens the script itself: that its folder is safe is all there is. */
function executed(descriptor: number, path: string): string {
  const [head, size] = [Buffer.alloc(HEAD_BYTES), HEAD_BYTES]
  const { format } = readProgramHead(head.subarray(0, readSync(descriptor, head, 0, size, 0)))
  // By the number of this process: whoever starts it need not be this one.
  return process.platform === 'linux' && format === 'elf' ? `/proc/${process.pid}/fd/${descriptor}` : path
}

function digestOfDescriptor(descriptor: number): Digest {
  const hash = createHash('sha256')
  const buffer = Buffer.alloc(1024 * 1024)
  let at = 0
  for (let read = -1; read !== 0; at += read) {
    read = readSync(descriptor, buffer, 0, buffer.length, at)
    hash.update(buffer.subarray(0, read))
  }
  return digestFromHex(hash.digest('hex'))
}

function notExecutable(name: string, path: string): Error {
  return coded('PLUGIN_NOT_EXECUTABLE', {
    message: `plugin ${quote(name)} is no program: ${quote(path)} has no executable bit`,
    details: { plugin: name, path },
    hint: `if it is one, run \`chmod +x ${shellWord(path)}\``,
  })
}
