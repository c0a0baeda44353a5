// The files of an image as they are when all of its layers lie upon each other: what a layer takes away of those below it, hard links,
// and symbolic links, which never lead out of the image. A view only: nothing of it is on a disk.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { partsOf } from './layer-header.ts'
import type { LayerEntry } from './read-layer.ts'

/** Where the content of a file stands. */
export type FilePlace = { readonly layer: number; readonly index: number; readonly size: number }

type Folder = { readonly kind: 'folder'; readonly children: Map<string, Node> }
type File = { readonly kind: 'file'; readonly place: FilePlace }
type Link = { readonly kind: 'link'; readonly target: string }
type Node = Folder | File | Link

/** As kernels have it. */
const MAX_LINKS = 40
const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'

export class ImageFiles {
  readonly #root: Folder = newFolder()
  #layers = 0

  /** Lays the next layer upon all before it; throws ARCHIVE_ENTRY_UNSAFE for a hard link to nothing. */
  lay(entries: readonly LayerEntry[]): void {
    const layer = this.#layers++
    // What is taken away is taken from the layers below, wherever in this one that is said.
    for (const entry of entries) this.#takeAway(entry)
    for (const entry of entries) this.#add(entry, layer)
  }

  /** The file at a path, through links; undefined where there is none. */
  find(path: string): FilePlace | undefined {
    const found = this.#resolve(partsOf(path))
    return found?.kind === 'file' ? found.place : undefined
  }

  #takeAway({ path }: LayerEntry): void {
    const parts = partsOf(path)
    const name = parts.at(-1) ?? ''
    if (!name.startsWith(WHITEOUT)) return
    const folder = this.#resolve(parts.slice(0, -1))
    if (folder?.kind !== 'folder') return
    if (name === OPAQUE) folder.children.clear()
    else folder.children.delete(name.slice(WHITEOUT.length))
  }

  #add(entry: LayerEntry, layer: number): void {
    const parts = partsOf(entry.path)
    const name = parts.at(-1)
    if (name === undefined || parts.some((part) => part.startsWith(WHITEOUT))) return
    const folder = this.#folderAt(parts.slice(0, -1))
    const before = folder.children.get(name)
    if (entry.type === 'Directory') {
      if (before?.kind !== 'folder') folder.children.set(name, newFolder())
      return
    }
    folder.children.set(name, this.#nodeOf(entry, layer))
  }

  #nodeOf(entry: LayerEntry, layer: number): Node {
    if (entry.type === 'SymbolicLink') return { kind: 'link', target: entry.target }
    if (entry.type === 'Link') return this.#linked(entry)
    return { kind: 'file', place: { layer, index: entry.index, size: entry.size } }
  }

  /** A hard link is another name of what its target names, which may itself be a symbolic link. */
  #linked({ path, target }: LayerEntry): Node {
    const parts = partsOf(target)
    const folder = this.#resolve(parts.slice(0, -1))
    const node = folder?.kind === 'folder' ? folder.children.get(parts.at(-1) ?? '') : undefined
    if (node && node.kind !== 'folder' && !parts.includes('..')) return node
    throw coded('ARCHIVE_ENTRY_UNSAFE', {
      message: `entry ${quote(path)} of an image is a hard link to ${quote(target)}, which is no file of it`,
      details: { path: path.slice(0, 200), target: target.slice(0, 200) },
    })
  }

  /** Made where it is missing; through links to folders, as everything in an image is. */
  #folderAt(parts: readonly string[]): Folder {
    let folder = this.#root
    for (const [index, part] of parts.entries()) {
      const child = folder.children.get(part)
      const found = child?.kind === 'link' ? this.#resolve(parts.slice(0, index + 1)) : child
      if (found?.kind === 'folder') folder = found
      else {
        const made = newFolder()
        folder.children.set(part, made)
        folder = made
      }
    }
    return folder
  }

  /** `..` of the root is the root, and an absolute target begins there, as for a program in the image. */
  #resolve(path: readonly string[]): Node | undefined {
    const waiting = path.toReversed()
    const above: Folder[] = [this.#root]
    for (let links = 0; ; ) {
      const part = waiting.pop()
      const folder = above.at(-1) ?? this.#root
      if (part === undefined) return folder
      if (part === '..') {
        if (above.length > 1) above.pop()
        continue
      }
      const child = folder.children.get(part)
      if (child?.kind === 'link') {
        if (++links > MAX_LINKS) return undefined
        if (child.target.startsWith('/')) above.length = 1
        waiting.push(...partsOf(child.target).toReversed())
      } else if (child?.kind === 'folder') above.push(child)
      else return waiting.length === 0 ? child : undefined
    }
  }
}

function newFolder(): Folder {
  return { kind: 'folder', children: new Map() }
}
