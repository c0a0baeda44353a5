// `octo registry gc`: removes blobs that no version needs.
import type { Command } from 'commander'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { count, formatBytes } from '../../terminal/index.ts'
import type { Run } from '../../terminal/program.ts'
import { addCommand, onRun } from '../../terminal/program.ts'
import type { DataOption } from './data-option.ts'
import { withData, withDataOption } from './data-option.ts'

export function addGcCommand(parent: Command): void {
  const gc = addCommand(parent, {
    words: 'gc',
    summary: 'remove blobs that no version needs, also beside a running registry',
    examples: ['octo registry gc --dry-run --data DIR', 'octo registry gc --data DIR'],
    json: true,
  })
  withDataOption(gc)
    .option('--dry-run', 'only say what would be removed')
    .option('--grace <hours>', 'leave younger blobs alone', '24')
  onRun(gc, runGc)
}

async function runGc({ options, terminal }: Run<DataOption & { readonly dryRun?: boolean; readonly grace: string }>) {
  const hours = Number(options.grace)
  if (options.grace === '' || !(hours >= 0))
    throw coded('USAGE', { message: `expected a number of hours, found ${quote(options.grace)}` })
  const dryRun = options.dryRun === true
  const { collectGarbage } = await import('../upkeep/collect-garbage.ts')
  const report = await withData({ ...options, evenCut: true }, (deps) =>
    collectGarbage(deps, { dryRun, graceMs: hours * 3600_000 }),
  )
  terminal.result({
    json: report,
    text: () => {
      const lines = report.blobs.map(({ digest, bytes }) => `${digest} ${formatBytes(bytes)}`)
      const verb = dryRun ? 'would remove' : 'removed'
      return [...lines, `${verb} ${count(report.blobs.length, 'blob')}, ${formatBytes(report.bytes)}`].join('\n')
    },
  })
  return 0
}
