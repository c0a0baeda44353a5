// `octo registry fsck`: whether database, blobs and tree agree, and mending what can be mended.
import type { Command } from 'commander'
import { printable, quote } from '../../schemas/quote.ts'
import type { Terminal } from '../../terminal/index.ts'
import { count, formatBytes } from '../../terminal/index.ts'
import type { Run } from '../../terminal/program.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import type { TreeReport } from '../tree/reconcile.ts'
import type { DataReport } from '../upkeep/check-data.ts'
import type { DataOption } from './data-option.ts'
import { withData, withDataOption } from './data-option.ts'

export function addFsckCommand(parent: Command): void {
  const fsck = addCommand(parent, {
    words: 'fsck',
    summary: 'prove that database, blobs and tree agree; every byte is read',
    examples: ['octo registry fsck --data DIR', 'octo registry fsck --repair --data DIR'],
    json: true,
  })
  withDataOption(fsck).option('--repair', 'mend what can be mended; the registry must be stopped')
  onRun(fsck, runFsck)
}

async function runFsck({ options, terminal }: Run<DataOption & { readonly repair?: boolean }>) {
  const repair = options.repair === true
  return withData({ ...options, evenCut: true }, async (deps) => {
    const { claimForTree, checkTree } = await import('./check-tree.ts')
    await using claim = await claimForTree(deps, repair)
    const [{ checkData }, { findMissingRows }] = await Promise.all([
      import('../upkeep/check-data.ts'),
      import('../witness/missing-rows.ts'),
    ])
    const data = await checkData(deps, { repair })
    const missing = await findMissingRows(deps)
    const tree = claim ? await checkTree(deps, repair && !missing) : undefined
    const open = data.problems.filter(({ repaired }) => !repaired).length + (tree && !tree.repaired ? tree.problems : 0)
    terminal.result({ json: { ...data, tree: tree ?? null }, text: () => fsckText(data, open) })
    if (!claim) terminal.warn('the tree was not looked at, because a registry is running on it')
    else if (!tree) terminal.info('there is no finished tree yet: the next start of the registry renders it')
    if (tree && tree.problems > 0) reportTree(terminal, tree)
    // What was withdrawn or hidden since would be shown again, and what was published since no more.
    if (tree && repair && missing) terminal.warn(`the tree was left as it is, because ${missing.what}`)
    return open > 0 ? 1 : 0
  })
}

export function fsckText({ versions, blobs, bytes, orphans, problems }: DataReport, open: number): string {
  const lines = problems.map(
    ({ kind, subject, message, repaired }) =>
      `${repaired ? 'mended' : 'PROBLEM'} ${kind} ${printable(subject)}: ${printable(message)}`,
  )
  const looked = `${count(versions, 'version')}, ${count(blobs, 'blob')} (${formatBytes(bytes)}), ${count(orphans, 'orphan')}`
  return [...lines, `${open === 0 ? 'all is well' : count(open, 'problem')}: ${looked}`].join('\n')
}

function reportTree(terminal: Terminal, { problems, repaired, findings }: TreeReport) {
  const verb = repaired ? 'mended' : 'differ'
  terminal.warn(
    `${count(problems, 'file')} of the tree ${verb}, such as ${findings
      .slice(0, 3)
      .map(({ path }) => quote(path))
      .join(', ')}`,
  )
}
