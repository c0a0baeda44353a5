// The program of a proven plugin for a place without octo: an image, or a volume of a pod. Only what its own files are enough for is
// put there, and what is copied is held to the proven bytes once more, as nobody can prove it there.
import { lstatSync, mkdirSync, readlinkSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hexOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { HEAD_BYTES } from '../../schemas/program-head.ts'
import { quote } from '../../schemas/quote.ts'
import { onDisk } from '../../system/files/errors.ts'
import { digestOfFileSync } from '../../system/files/hash-file.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { readHead, readPieces } from '../../system/files/read-pieces.ts'
import { replaceLink } from '../../system/files/replace-link.ts'
import { stagedPath } from '../../system/files/staged-file.ts'
import { otherPartsOf } from '../../trust/artifact/program/other-parts.ts'
import type { StoredFile } from '../store/stored-artifact.ts'
import type { VerifiedExecutable } from '../verified-executable.ts'
import type { ProvenFiles } from './copy-proven.ts'
import { copyProvenFiles } from './copy-proven.ts'
import type { Installed } from './install-entry.ts'

/** Why its own files are not enough for it, in words that follow its name; undefined where they are. */
export async function otherNeedOf({ path, runtime, plugin }: VerifiedExecutable): Promise<string | undefined> {
  if (runtime) return `is run by ${quote(runtime.name)}`
  const parts = await otherPartsOf({ name: plugin, head: readHead(path, HEAD_BYTES), read: () => readPieces(path) })
  switch (parts.kind) {
    case 'none':
      return undefined
    case 'script':
      return 'is a script, which needs its interpreter'
    case 'foreign':
      return 'is no program of Linux'
    case 'loader':
      return `is linked with ${parts.names}`
    case 'libraries':
      return `needs ${parts.names}`
  }
}

/**
 * Afterwards `bin/PLUGIN` in the folder is the program; gives its path. Its files lie below `plugins/`, by version and digest, and
 * nothing that is there already is changed. Throws PLUGIN_NOT_ALONE, ALREADY_EXISTS, STORE_CORRUPT, NO_SPACE or IO_FAILED.
 */
export async function placeAlone({ executable, files, name }: Installed, folder: string): Promise<string> {
  const { plugin, version, digest, root, path } = executable
  const need = await otherNeedOf(executable)
  if (need !== undefined) throw notAlone(name, need)
  const own = `${version}-${hexOf(digest).slice(0, 16)}`
  const place = join(folder, 'plugins', plugin, own)
  onDisk(dirname(place), () => makeFolder(dirname(place)))
  if (onDisk(place, () => lstatSync(place, { throwIfNoEntry: false }))) requireSame(place, files)
  else await copyWhole(place, { root, files, name })
  return pointTo(join(folder, 'bin', plugin), `../plugins/${plugin}/${own}/${path.slice(root.length + 1)}`)
}

async function copyWhole(place: string, { root, files, name }: ProvenFiles): Promise<void> {
  const staged = stagedPath(dirname(place), '.placed')
  try {
    onDisk(staged, () => mkdirSync(staged, { mode: 0o755 }))
    await copyProvenFiles(staged, { root, files, name })
    onDisk(place, () => renameSync(staged, place))
  } finally {
    rmSync(staged, { recursive: true, force: true })
  }
}

/** What an earlier call has put there is taken as it is, and nothing else is. */
function requireSame(place: string, files: readonly StoredFile[]): void {
  const other = files.find(({ path, digest }) => digestOfFileSync(join(place, path)) !== digest)
  if (other) throw taken(place, `has another ${quote(other.path)} than the plugin`)
}

function pointTo(link: string, target: string): string {
  onDisk(link, () => {
    makeFolder(dirname(link))
    const there = lstatSync(link, { throwIfNoEntry: false })
    if (there && !(there.isSymbolicLink() && readlinkSync(link).startsWith('../plugins/')))
      throw taken(link, 'is there, and was not put there by octo')
    replaceLink(link, target)
  })
  return link
}

function notAlone(name: string, need: string): Error {
  return coded('PLUGIN_NOT_ALONE', {
    message: `${quote(name)} ${need}, and is to run without octo, expected a program that is linked statically`,
    details: { plugin: name, need },
    hint: `leave it to \`octo check\`, or ask its author for one that is linked statically`,
  })
}

function taken(path: string, problem: string): Error {
  return coded('ALREADY_EXISTS', {
    message: `${quote(path)} ${problem}, so it is kept`,
    details: { path },
    hint: 'name another folder with `--to`, or move that away',
  })
}
