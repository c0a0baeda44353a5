// What an archive of a folder holds: its files and folders, and links that lead to one of them. Whatever else is there, or would
// make the archive larger than is allowed, is an error that names it.
import type { Stats } from 'node:fs'
import { lstat, readdir, readlink, realpath } from 'node:fs/promises'
import { basename, join, posix, relative, sep } from 'node:path'
import { CallError } from '../../../sdk/service/index.ts'

export type Entry =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'file'; readonly path: string; readonly source: string; readonly stats: Stats }

type Bounds = {
  /** Names, and paths below the folder, which have a `/`. */
  readonly exclude: readonly string[]
  readonly preserveFolder: boolean
  readonly maxBytes: number
  readonly maxEntries: number
  readonly signal: AbortSignal
}

const [TOO_LARGE, UNPROCESSABLE] = [413, 422]

/** In the order of the bytes of their names, a folder before what is in it. Throws a CallError. */
export async function listEntries(folder: string, bounds: Bounds): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  const links: { readonly path: string; readonly source: string; readonly target: string }[] = []
  let bytes = 0
  const add = (entry: Entry) => {
    entries.push(entry)
    if (entries.length > bounds.maxEntries)
      throw new CallError(`the folder holds more than ${bounds.maxEntries} entries`, TOO_LARGE)
    if (entry.kind === 'file') bytes += entry.stats.size
    if (bytes > bounds.maxBytes) throw new CallError(`the folder holds more than ${bounds.maxBytes} bytes`, TOO_LARGE)
  }
  const visit = async (path: string): Promise<void> => {
    bounds.signal.throwIfAborted()
    for (const [name, below] of await namesIn(folder, path)) {
      if (isExcluded(bounds.exclude, name, below)) continue
      const source = join(folder, path, name)
      const stats = await lstat(source)
      if (stats.isDirectory()) {
        add({ kind: 'folder', path: below })
        await visit(below)
      } else if (stats.isFile()) add({ kind: 'file', path: below, source, stats })
      else if (stats.isSymbolicLink()) {
        const target = await readlink(source)
        add({ kind: 'link', path: below, target })
        links.push({ path: below, source, target })
      } else throw new CallError(`\`${below}\` is neither a file nor a folder nor a link`, UNPROCESSABLE)
    }
  }
  await visit('')
  const kept = new Set(entries.map(({ path }) => path))
  for (const link of links) await requireKept(folder, link, kept)
  return bounds.preserveFolder ? within(basename(folder), entries) : entries
}

type Named = readonly [name: string, path: string]

/** Names as they are on the disk, and paths as they are in the archive: a Mac may write the same name with other bytes. */
async function namesIn(folder: string, path: string): Promise<readonly Named[]> {
  const names = (await readdir(join(folder, path))).map((name): Named => [name, join(path, name).normalize('NFC')])
  const unreadable = names.find(([name]) => name.includes('\ufffd'))
  if (unreadable) throw new CallError(`\`${unreadable[1]}\` has a name that is no UTF-8`, UNPROCESSABLE)
  const sorted = names.sort(([, one], [, other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
  const double = sorted.find(([, each], index) => each === sorted[index + 1]?.[1])
  if (double) throw new CallError(`two names of the folder are \`${double[1]}\` in the archive`, UNPROCESSABLE)
  return sorted
}

function isExcluded(exclude: readonly string[], name: string, path: string): boolean {
  return exclude.some((each) => (each.includes('/') ? each.replace(/^\/+|\/+$/g, '') === path : each === name))
}

type Link = { readonly path: string; readonly source: string; readonly target: string }

/** Both as it is written and as the system follows it: `..` behind another link leads elsewhere than it seems. */
async function requireKept(folder: string, { path, source, target }: Link, kept: ReadonlySet<string>): Promise<void> {
  const written = posix.normalize(posix.join(posix.dirname(path), target)).replace(/\/$/, '')
  const real = await realpath(source).catch(() => '/')
  const followed = relative(folder, real).split(sep).join('/')
  if (!target.startsWith('/') && kept.has(written) && kept.has(followed.normalize('NFC'))) return
  throw new CallError(
    `\`${path}\` is a link to \`${target}\`, expected one that leads to something in the archive`,
    UNPROCESSABLE,
  )
}

function within(top: string, entries: readonly Entry[]): readonly Entry[] {
  const folder: Entry = { kind: 'folder', path: top.normalize('NFC') }
  return [folder, ...entries.map((entry) => ({ ...entry, path: `${folder.path}/${entry.path}` }))]
}
