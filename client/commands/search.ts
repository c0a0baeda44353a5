// `octo search`: plugins by word, over all repos of the config.
import { printable } from '../../schemas/quote.ts'
import type { Run } from '../../terminal/program.ts'
import { openContext } from '../context.ts'
import { searchRepos } from '../sources/search.ts'
import type { ClientFlags } from './client-session.ts'
import { openSession } from './client-session.ts'

export async function searchCommand({ args, options, terminal }: Run<ClientFlags>): Promise<number> {
  using session = await openSession(options, terminal)
  const { config, network } = openContext(session.options)
  using _network = network
  const found = await searchRepos(config.repos, args.join(' '), network)
  if (terminal.json) terminal.result({ json: found, text: () => '' })
  else if (found.length === 0) terminal.info('nothing found')
  else
    terminal.table({
      columns: [{ title: 'plugin' }, { title: 'version' }, { title: 'kind' }, { title: 'description', shrinks: true }],
      rows: found.map(({ repo, plugin, version, kind, category, description }) => [
        `${repo}/${plugin}`,
        version ?? '–',
        category ? `${kind}, ${category}` : kind,
        printable(description, 500),
      ]),
    })
  return found.length > 0 ? 0 : 1
}
