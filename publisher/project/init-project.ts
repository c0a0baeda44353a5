// Copies a template into a folder, filling in the plugin's name. Never writes over anything.
import { existsSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { explainRefusal } from '../../system/files/refusal.ts'
import { readServiceTemplate } from './service-template.ts'
import { readTemplateFolder } from './template-folder.ts'

export const TEMPLATES = [
  ...['node', 'shell', 'go', 'rust', 'operator'],
  // One for each capability of service plugins.
  ...['ocm-blob-transformer', 'ocm-component-lister', 'ocm-component-version-repository'],
  ...['ocm-credential-plugin', 'ocm-credential-repository', 'ocm-digest-processor-repository'],
  ...['ocm-input-repository', 'ocm-resource-repository', 'ocm-signing-handler'],
] as const

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
  const files = await readTemplate(template, plugin)
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

/** Texts by path, in the order of the paths. */
async function readTemplate(template: string, plugin: Name): Promise<ReadonlyMap<string, string>> {
  const files = template.startsWith('ocm-')
    ? await readServiceTemplate(template, plugin)
    : await readTemplateFolder(template)
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))
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
