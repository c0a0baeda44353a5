// octo init: a new plugin that builds and runs as it stands. A person at a terminal is asked for what was not said.
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { coded } from '../../schemas/errors.ts'
import { parseName } from '../../schemas/name.ts'
import { platformOf } from '../../schemas/platform.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { askOn } from '../../terminal/ask-question.ts'
import type { Terminal } from '../../terminal/index.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { initProject } from '../project/init-project.ts'
import { LICENCES, TEMPLATE_NAMES, TEMPLATES } from '../project/templates.ts'

type InitOptions = {
  readonly template?: string
  readonly name?: string
  readonly repo?: string
  readonly license?: string
}

/** Whose compiler brings the linker of its own machine alone. */
const LINKS_FOR_ITS_MACHINE = new Set(['rust'])

export function addInit(program: Command): void {
  const command = addCommand(program, {
    words: 'init [dir]',
    summary: 'start a new plugin from a template',
    examples: [
      'octo init',
      'octo init check-disk --template go',
      'octo init . --template node --name check-disk --repo core --license MIT',
    ],
    json: true,
  })
    .option('-t, --template <template>', `one of ${TEMPLATE_NAMES.join(', ')}`)
    .option('--name <name>', 'name of the plugin, when it is not that of the folder')
    .option('--repo <repo>', 'repo that the plugin will be published to')
    .option('--license <licence>', `one of ${LICENCES.join(', ')} (default: Apache-2.0)`)
    .addHelpText(
      'after',
      `\nTemplates:\n${listed()}\n\nAt a terminal you are asked for the template and the folder when neither is named.`,
    )
  onRun<InitOptions>(command, async ({ args, options, terminal }) => {
    const said = await completed({ dir: args[0], template: options.template, licence: options.license }, terminal)
    const dir = resolve(said.dir)
    const plugin = parseName(options.name ?? basename(dir), 'plugin')
    const repo = options.repo === undefined ? undefined : parseName(options.repo, 'repo')
    const { template } = said
    const files = await initProject({ dir, template, plugin, repo, licence: said.licence })
    terminal.result({
      json: { dir, plugin, template, files },
      verbatim: () => [...files.map((file) => `  ${file}`), '', next(template, said.dir)].join('\n'),
    })
    return 0
  })
}

function listed(): string {
  const width = Math.max(...TEMPLATE_NAMES.map((name) => name.length))
  return Object.entries(TEMPLATES)
    .map(([name, gives]) => `  ${name.padEnd(width)}  ${gives}`)
    .join('\n')
}

type Said = {
  readonly dir?: string | undefined
  readonly template?: string | undefined
  readonly licence?: string | undefined
}
type Completed = { readonly dir: string; readonly template: string; readonly licence?: string | undefined }

/** Asks where somebody can answer; throws USAGE, with the templates, where nobody can. */
async function completed({ dir, template, licence }: Said, terminal: Terminal): Promise<Completed> {
  if (template !== undefined) return { dir: dir ?? '.', template, licence }
  const ask = askOn(terminal)
  if (ask === undefined)
    throw coded('USAGE', {
      message: `which template? Expected \`--template\` with one of ${TEMPLATE_NAMES.map(quote).join(', ')}`,
      hint: `\`octo init ${shellWord(dir ?? 'my-check')} --template shell\`; \`octo init --help\` says what each gives`,
    })
  const chosen = await ask({ name: 'Which template?', type: 'select', options: TEMPLATE_NAMES, explained: TEMPLATES })
  const folder = dir ?? (await ask({ name: 'Folder for it, named like the plugin:', type: 'text', options: [] }))
  const under = licence ?? (await ask({ name: 'Which licence?', type: 'select', options: LICENCES }))
  return { dir: folder.trim() || '.', template: chosen, licence: under }
}

/** A compiler that links for its own machine alone is asked for that platform; the release workflow builds the others. */
function next(template: string, dir: string): string {
  const folder = shellWord(/^(?:\.{0,2}[/\\]|\.{1,2}$|[A-Za-z]:[/\\])/.test(dir) ? dir : `./${dir}`)
  if (template.startsWith('ocm-')) return `next: cd ${shellWord(dir)} && npm install && npm test`
  if (template === 'operator') return `next: octo build ${shellWord(dir)}`
  const run = `next: octo run ${folder} -- --path=/etc/hosts`
  return LINKS_FOR_ITS_MACHINE.has(template)
    ? `${run}\n      octo build ${shellWord(dir)} --platform ${platformOf(process)}`
    : run
}
