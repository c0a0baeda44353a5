// One file of a package: where it will lie, and where its bytes come from.
import { readFileSync, statSync } from 'node:fs'

export type PackedFile = {
  /** In the package, `/`-separated. */
  readonly path: string
  readonly executable?: boolean
} & ({ readonly source: string } | { readonly text: string })

export function sizeOf(file: PackedFile): number {
  return 'text' in file ? Buffer.byteLength(file.text) : statSync(file.source).size
}

export function bytesOf(file: PackedFile): Buffer {
  return 'text' in file ? Buffer.from(file.text) : readFileSync(file.source)
}

/** By the bytes of their paths, as two machines may list the same folder in two orders. */
export function inOrder(files: readonly PackedFile[]): PackedFile[] {
  return files.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}

/** Below a folder of the package. */
export function below(folder: string, files: readonly PackedFile[]): PackedFile[] {
  return files.map((file) => ({ ...file, path: `${folder}/${file.path}` }))
}
