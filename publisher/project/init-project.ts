// Copies a template into a folder, filling in the plugin's name. Never writes over anything.
import { existsSync } from 'node:fs'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { quote } from '../../schemas/quote.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { explainRefusal } from '../../system/files/refusal.ts'
import { withEditorSchema } from './editor-schema.ts'
import { fillPipeline } from './pipelines.ts'
import { readServiceTemplate } from './service-template.ts'
import { readTemplateFolder } from './template-folder.ts'
import type { Licence } from './templates.ts'
import { LICENCES, TEMPLATE_NAMES } from './templates.ts'

type InitRequest = {
  readonly dir: string
  readonly template: string
  readonly plugin: Name
  readonly repo: Name | undefined
  readonly licence?: string | undefined
}

const SDK = new URL('../../sdk/', import.meta.url)

/** The contract of checks as one file, which lies in the project so that nothing has to be fetched to build it. */
const CONTRACTS: Readonly<Record<string, readonly [source: string, path: string]>> = {
  node: ['node/octo-check.mjs', 'src/octo-check.mjs'],
  python: ['python/octo_check.py', 'octo_check.py'],
  shell: ['shell/octo-check.sh', 'octo-check.sh'],
  go: ['go/octocheck.go', 'octocheck.go'],
}

/** Gives the paths written, relative to the folder; throws USAGE, ALREADY_EXISTS or IO_FAILED before anything is written. */
export async function initProject({
  dir,
  template,
  plugin,
  repo,
  licence = 'Apache-2.0',
}: InitRequest): Promise<string[]> {
  const known = requireLicence(licence)
  const files = withEditorSchema(await readTemplate(requireTemplate(template), plugin, known))
  const existing = [...files.keys()].filter((path) => existsSync(join(dir, path)))
  if (existing.length > 0)
    throw coded('ALREADY_EXISTS', {
      message: `${quote(dir)} holds ${existing.map(quote).join(', ')} already, and nothing is written over`,
      details: { dir, files: existing },
      hint: 'name another folder',
    })
  try {
    const values = { plugin, repo, licence: known }
    for (const [path, text] of files) await writeNew(join(dir, path), fill(fillPipeline(text, template), values))
  } catch (error) {
    throw explainRefusal(
      error,
      `name a folder that you may write: \`octo init "$HOME/${plugin}" --template ${template}\``,
    )
  }
  return [...files.keys()]
}

/** Throws USAGE with those that exist. */
function requireTemplate(template: string): string {
  if (TEMPLATE_NAMES.includes(template)) return template
  const nearest = nearestWord(template, TEMPLATE_NAMES)
  throw coded('USAGE', {
    message: `template ${quote(template)} does not exist, expected one of ${TEMPLATE_NAMES.map(quote).join(', ')}`,
    hint: nearest === undefined ? '`octo init --help` says what each gives' : `did you mean ${quote(nearest)}?`,
  })
}

/** Throws USAGE with those that exist. */
function requireLicence(licence: string): Licence {
  const found = LICENCES.find((one) => one === licence)
  if (found !== undefined) return found
  throw coded('USAGE', {
    message: `octo has no text of the licence ${quote(licence)}, expected one of ${LICENCES.map(quote).join(', ')}`,
    hint: 'with `--license none`, write LICENSE and the `license` of plugin.yaml yourself',
  })
}

/** Texts by path, in the order of the paths. */
async function readTemplate(template: string, plugin: Name, licence: Licence): Promise<ReadonlyMap<string, string>> {
  const files = template.startsWith('ocm-')
    ? await readServiceTemplate(template, plugin)
    : await readTemplateFolder(template)
  const [source, path] = CONTRACTS[template] ?? []
  return new Map(
    [
      ...(await readTemplateFolder('shared')),
      ...files,
      ...(source === undefined || path === undefined
        ? []
        : [[path, await readFile(new URL(source, SDK), 'utf8')] as const]),
      ...(licence === 'none' ? [] : [['LICENSE', await licenceText(licence)] as const]),
    ].sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

async function licenceText(licence: Licence): Promise<string> {
  const texts = await readTemplateFolder('licences')
  return texts.get(`${licence}.txt`) ?? ''
}

type Values = { readonly plugin: Name; readonly repo: Name | undefined; readonly licence: Licence }

function fill(text: string, { plugin, repo, licence }: Values): string {
  const isLicensed = licence !== 'none'
  return text
    .replaceAll('__REPO_LINE__\n', repo ? `repo: ${repo}\n` : '')
    .replaceAll('__REPO_OPTION__', repo ? '' : ' --repo my-repo')
    .replaceAll('license: __LICENCE__\n', isLicensed ? `license: ${licence}\n` : '')
    .replaceAll('license = "__LICENCE__"\n', isLicensed ? `license = "${licence}"\n` : '')
    .replaceAll('__NAME__', plugin)
}

async function writeNew(path: string, text: string): Promise<void> {
  makeFolder(dirname(path))
  await writeFile(path, text, { flag: 'wx' })
  if (text.startsWith('#!')) await chmod(path, 0o755)
}
