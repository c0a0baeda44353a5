// `octo registry backup DIR`: all that a registry needs to start again, proven where it lies.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { quote, shellWord } from '../../schemas/quote.ts'
import type { Run } from '../../terminal/program.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import type { DataOption } from './data-option.ts'
import { withData, withDataOption } from './data-option.ts'
import { fsckText } from './fsck.ts'

export function addBackupCommand(parent: Command): void {
  const backup = addCommand(parent, {
    words: 'backup <folder>',
    summary:
      'copy all that a registry needs to start again, also beside a running one, and read every byte of the copy',
    examples: ['octo registry backup /srv/backups/2026-11-27 --data DIR'],
    json: true,
  })
  onRun(withDataOption(backup), runBackup)
}

async function runBackup({ args, options, terminal }: Run<DataOption>) {
  const folder = resolve(args[0] ?? '')
  await withData(options, async (deps) => {
    const { backUp } = await import('../back-up.ts')
    await backUp(deps, folder)
  })
  return withData({ data: folder }, async (copy) => {
    const { checkData } = await import('../upkeep/check-data.ts')
    // What no version needs may have been collected between the copy of its row and that of its bytes.
    const report = await checkData(copy, { repair: true })
    const open = report.problems.filter(({ repaired }) => !repaired).length
    terminal.result({ json: { folder, ...report }, text: () => fsckText(report, open) })
    if (open > 0)
      terminal.warn(`${quote(folder)} is no whole backup: what is missing or damaged in it is so in the registry`)
    else
      terminal.info(
        `a registry is restored from a copy of it: \`octo registry serve --existing --data ${shellWord(folder)}\` on another machine, or here when the old one is gone`,
      )
    return open > 0 ? 1 : 0
  })
}
