// octo init: a new plugin that builds and runs as it stands.
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { parseName } from '../../schemas/name.ts'
import { platformOf } from '../../schemas/platform.ts'
import { shellWord } from '../../schemas/quote.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import { initProject, TEMPLATES } from '../project/init-project.ts'

type InitOptions = { readonly template: string; readonly name?: string; readonly repo?: string }

/** Whose compiler brings the linker of its own machine alone. */
const LINKS_FOR_ITS_MACHINE = new Set(['rust'])

export function addInit(program: Command): void {
  const command = addCommand(program, {
    words: 'init [dir]',
    summary: 'start a new plugin from a template',
    examples: ['octo init check-disk --template go', 'octo init . --template node --name check-disk --repo core'],
    json: true,
  })
    .requiredOption('-t, --template <template>', `one of ${TEMPLATES.join(', ')}`)
    .option('--name <name>', 'name of the plugin, when it is not that of the folder')
    .option('--repo <repo>', 'repo that the plugin will be published to')
  onRun<InitOptions>(command, async ({ args, options, terminal }) => {
    const dir = resolve(args[0] ?? '.')
    const plugin = parseName(options.name ?? basename(dir), 'plugin')
    const repo = options.repo === undefined ? undefined : parseName(options.repo, 'repo')
    const files = await initProject({ dir, template: options.template, plugin, repo })
    terminal.result({
      json: { dir, plugin, template: options.template, files },
      text: () => [...files.map((file) => `  ${file}`), '', next(options.template, args[0] ?? '.')].join('\n'),
    })
    return 0
  })
}

/** A compiler that links for its own machine alone is asked for that platform; the release workflow builds the others. */
function next(template: string, dir: string): string {
  const build = `octo build ${shellWord(dir)}`
  if (template.startsWith('ocm-')) return `next: cd ${shellWord(dir)} && npm install && npm test`
  if (!LINKS_FOR_ITS_MACHINE.has(template)) return `next: ${build}`
  return `next: ${build} --platform ${platformOf(process)}`
}
