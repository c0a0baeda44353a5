// Copies a template into a folder, filling in the plugin's name. Never writes over anything.
import { existsSync } from 'node:fs'
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { explainRefusal } from '../../system/files/refusal.ts'

export const TEMPLATES = ['node', 'shell', 'go', 'rust', 'operator'] as const

const FOLDER = new URL('../templates/', import.meta.url)

type InitRequest = {
  readonly dir: string
  readonly template: string
  readonly plugin: Name
  readonly repo: Name | undefined
}

/** Gives the paths written, relative to the folder; throws USAGE, ALREADY_EXISTS or IO_FAILED before anything is written. */
export async function initProject({ dir, template, plugin, repo }: InitRequest): Promise<string[]> {
  if (!TEMPLATES.some((known) => known === template))
    throw coded('USAGE', {
      message: `template ${quote(template)} does not exist, expected one of ${TEMPLATES.map(quote).join(', ')}`,
    })
  const files = await readTemplate(template)
  const existing = [...files.keys()].filter((path) => existsSync(join(dir, path)))
  if (existing.length > 0)
    throw coded('ALREADY_EXISTS', {
      message: `${quote(dir)} holds ${existing.map(quote).join(', ')} already, and nothing is written over`,
      details: { dir, files: existing },
      hint: 'name another folder',
    })
  try {
    for (const [path, text] of files) await writeNew(join(dir, path), fill(text, plugin, repo))
  } catch (error) {
    throw explainRefusal(
      error,
      `name a folder that you may write: \`octo init "$HOME/${plugin}" --template ${template}\``,
    )
  }
  return [...files.keys()]
}

/** Template files by their path in the project: `dot-` stands for the dot that packers of npm packages leave out. */
async function readTemplate(template: string): Promise<ReadonlyMap<string, string>> {
  const root = fileURLToPath(new URL(`${template}/`, FOLDER))
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const files = await Promise.all(
    paths.map(async (path): Promise<[string, string]> => {
      const place = relative(root, path).split(sep)
      return [place.map((part) => part.replace(/^dot-/, '.')).join('/'), await readFile(path, 'utf8')]
    }),
  )
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function fill(text: string, plugin: Name, repo: Name | undefined): string {
  return text
    .replaceAll('__REPO_LINE__\n', repo ? `repo: ${repo}\n` : '')
    .replaceAll('__REPO_OPTION__', repo ? '' : ' --repo my-repo')
    .replaceAll('__NAME__', plugin)
}

async function writeNew(path: string, text: string): Promise<void> {
  makeFolder(dirname(path))
  await writeFile(path, text, { flag: 'wx' })
  if (text.startsWith('#!')) await chmod(path, 0o755)
}
