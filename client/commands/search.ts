// `octo search`: plugins by word, over all repos of the config.
import type { CodedError } from '../../schemas/errors.ts'
import { printable } from '../../schemas/quote.ts'
import { pluginName } from '../../schemas/release-name.ts'
import { exitCodeOf } from '../../terminal/index.ts'
import type { Run } from '../../terminal/program.ts'
import { openContext } from '../context.ts'
import { searchRepos } from '../sources/search.ts'
import type { ClientFlags } from './client-session.ts'
import { openSession } from './client-session.ts'

export async function searchCommand({ args, options, terminal }: Run<ClientFlags>): Promise<number> {
  using session = await openSession(options, terminal)
  const context = openContext(session.options)
  using _network = context.network
  const { found, failed } = await searchRepos(args.join(' '), context)
  const [first] = failed
  if (first && failed.length === context.config.repos.length) throw first.error
  for (const { repo, error } of failed) terminal.error(lineOf(repo, error))
  if (terminal.json) terminal.result({ json: found, text: () => '' })
  else if (found.length === 0) terminal.info('nothing found')
  else
    terminal.table({
      columns: [{ title: 'plugin' }, { title: 'version' }, { title: 'kind' }, { title: 'description', shrinks: true }],
      rows: found.map(({ repo, plugin, version, kind, category, description }) => [
        pluginName({ repo, plugin }),
        version ?? '–',
        category ? `${kind}, ${category}` : kind,
        printable(description, 500),
      ]),
    })
  if (first) return exitCodeOf(first.error)
  return found.length > 0 ? 0 : 1
}

function lineOf(repo: string, { message, hint }: CodedError): string {
  const said = `repo ${repo} is not in this list: ${printable(message, 1000)}`
  return hint === undefined ? said : `${said}; hint: ${printable(hint, 500)}`
}
