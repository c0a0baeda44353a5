// `octo registry repo visibility`: who may read a repo.
import type { Command } from 'commander'
import { coded } from '../../schemas/errors.ts'
import { parseName } from '../../schemas/name.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import type { Run } from '../../terminal/program.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import type { Visibility } from '../db/records.ts'
import type { DataOption } from './data-option.ts'
import { withData, withDataOption } from './data-option.ts'

export function addVisibilityCommand(repo: Command): void {
  const command = addCommand(repo, {
    words: 'visibility <repo> <visibility>',
    summary: 'say who may read a repo: `public` is everybody, `private` who has a token for it',
    examples: ['octo registry repo visibility internal private --data DIR'],
    json: true,
  })
  onRun(withDataOption(command), runVisibility)
}

async function runVisibility({ args, options, terminal }: Run<DataOption>) {
  const repo = parseName(args[0], 'repo')
  const visibility = parseVisibility(args[1])
  const { changeVisibility } = await import('../admin/repos.ts')
  const changed = await withData(options, (deps) => changeVisibility(deps, repo, visibility))
  terminal.result({
    json: { repo, visibility, changed },
    text: () => `repo ${repo} is ${visibility}${changed ? '' : ' already'}`,
  })
  if (changed && visibility === 'private')
    terminal.info(
      `a running registry hides it within a second; what was fetched or cached before stays where it is; \`octo registry token create --name NAME --scope '${repo}/*:read' --data ${shellWord(options.data)}\` lets somebody read it`,
    )
  return 0
}

function parseVisibility(text: string | undefined): Visibility {
  if (text === 'public' || text === 'private') return text
  throw coded('USAGE', {
    message: `a repo is \`public\` or \`private\`, found ${quote(text)}`,
    hint: '`octo registry repo visibility --help` shows how it is said',
  })
}
