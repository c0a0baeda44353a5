// `octo list`: what the config asks for, what is locked for it, and what is in the store. No network.
import type { Run } from '../../terminal/program.ts'
import { openContext } from '../context.ts'
import { readLock } from '../lockfile/file.ts'
import { listPlugins } from '../query/inspect.ts'
import type { ClientFlags } from './client-session.ts'
import { openSession } from './client-session.ts'

export async function listCommand({ options, terminal }: Run<ClientFlags>): Promise<number> {
  using session = await openSession(options, terminal)
  const context = openContext({ ...session.options, offline: true })
  using _network = context.network
  const listed = await listPlugins(readLock(session.options.lockPath), context)
  if (terminal.json) {
    const rows = listed.map(({ question, entry, gap, state }) => {
      const { plugin, ranges } = question
      const locked = entry ? { repo: entry.repo, version: entry.version, signer: entry.signer } : null
      return { plugin, ranges, locked, state, gap: gap ?? null }
    })
    terminal.result({ json: rows, text: () => '' })
  } else if (listed.length === 0) terminal.sentence('the config asks for no plugin')
  else
    terminal.table({
      columns: [
        { title: 'plugin' },
        { title: 'asked', shrinks: true },
        { title: 'locked', shrinks: true },
        { title: 'repo' },
        { title: 'state', shrinks: true },
        { title: 'signer' },
      ],
      rows: listed.map(({ question, isAsked, entry, gap, state }) => [
        question.plugin,
        isAsked ? question.ranges.join(' ') || 'any' : 'not by the config',
        entry ? `${entry.version}${gap ? ' (out of date)' : ''}` : '–',
        entry?.repo ?? question.repo ?? '–',
        state,
        entry?.signer.replace('sha256:', '').slice(0, 12) ?? '–',
      ]),
    })
  return 0
}
