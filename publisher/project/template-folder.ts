// The files of a template, as they lie in the project that is made of it.
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = new URL('../templates/', import.meta.url)

/** Texts by path: `dot-` stands for the dot that packers of npm packages leave out. */
export async function readTemplateFolder(template: string): Promise<ReadonlyMap<string, string>> {
  const root = fileURLToPath(new URL(`${template}/`, FOLDER))
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const files = await Promise.all(
    paths.map(async (path): Promise<[string, string]> => {
      const place = relative(root, path).split(sep)
      return [place.map((part) => part.replace(/^dot-/, '.')).join('/'), await readFile(path, 'utf8')]
    }),
  )
  return new Map(files)
}
