// Finds the files that an archive will hold. Only regular files below the root, no links on the way: what is published
// must not depend on what a link points at on this machine.
import { lstat, open, readdir, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { HEAD_BYTES, readProgramHead } from '../../schemas/program-head.ts'
import { quote } from '../../schemas/quote.ts'

export type ListedFile = {
  /** Absolute path on this machine. */
  readonly source: string
  /** Path in the archive: `/`-separated, Unicode normal form C. */
  readonly path: string
  readonly size: number
  /** A program or script that is executable here. */
  readonly startable: boolean
  /** A script by its first line, which nobody made executable. */
  readonly isIdleScript: boolean
}

/** What file managers leave in folders; published only where plugin.yaml names it. */
const LEFT_BEHIND = /^(\._.*|\.DS_Store|Thumbs\.db)$/i

/** All files below the given paths, each once, sorted by the bytes of their archive path. */
export async function listFiles(root: string, paths: readonly string[]): Promise<ListedFile[]> {
  const found = new Map<string, ListedFile>()
  for (const path of paths) {
    const source = join(root, path)
    await refuseLinkOnTheWay(root, source, path)
    for (const file of await collect(root, source)) found.set(file.path, file)
  }
  return [...found.values()].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}

async function collect(root: string, source: string): Promise<ListedFile[]> {
  const path = relative(root, source).split(sep).join('/').normalize('NFC')
  const stats = await lstat(source)
  if (stats.isFile()) return [{ source, path, size: stats.size, ...(await startOf(source, path, stats.mode)) }]
  if (!stats.isDirectory()) throw notPlain(path, stats.isSymbolicLink() ? 'a symbolic link' : 'a special file')
  const nested: ListedFile[] = []
  for (const name of await readdir(source))
    if (!LEFT_BEHIND.test(name)) nested.push(...(await collect(root, join(source, name))))
  return nested
}

/** The bit alone says nothing on disks that give it to every file. */
async function startOf(source: string, path: string, mode: number) {
  await using file = await open(source)
  const buffer = Buffer.alloc(HEAD_BYTES)
  const { bytesRead } = await file.read(buffer, 0, HEAD_BYTES, 0)
  const head = buffer.subarray(0, bytesRead)
  if (head.indexOf('\ufeff#!') === 0) throw hiddenLine(path)
  const { format } = readProgramHead(head)
  const isExecutable = (mode & 0o111) !== 0
  return { startable: isExecutable && format !== 'other', isIdleScript: !isExecutable && format === 'script' }
}

/** No system finds the line, and a shell that is given the file takes it for a command. */
function hiddenLine(path: string): Error {
  return coded('PROGRAM_UNSAFE', {
    message: `${quote(path)} has a byte order mark before its \`#!\`, so that no system reads that line`,
    details: { file: path },
    hint: 'save it as UTF-8 without a byte order mark (BOM)',
  })
}

async function refuseLinkOnTheWay(root: string, source: string, path: string): Promise<void> {
  const real = await realpath(source).catch((error) => {
    throw coded('FILE_NOT_FOUND', {
      message: `${quote(path)} is to be published and does not exist below ${quote(root)}`,
      hint: 'check `file`, `files` and `root` in plugin.yaml, and what the build commands write',
      cause: error,
    })
  })
  if (real !== source) throw notPlain(path, 'reached through a symbolic link')
}

function notPlain(path: string, what: string): Error {
  return coded('ARCHIVE_ENTRY_UNSAFE', {
    message: `${quote(path)} is ${what}, expected plain files and folders`,
    details: { path },
    hint: 'let the build copy the file instead of linking to it',
  })
}
