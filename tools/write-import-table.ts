// Writes the table of who may import whom into docs/ARCHITECTURE.md; with --check it only says whether it is stale.
import type { PartRule } from './import-table.ts'
import { IMPORT_TABLE, PRIVATE_PARTS } from './import-table.ts'
import { writePart } from './written-page.ts'

writePart(
  {
    path: 'docs/ARCHITECTURE.md',
    tool: 'tools/write-import-table.ts',
    begin: '<!-- import table: written by tools/write-import-table.ts -->',
    end: '<!-- end of the import table -->',
  },
  `| from | may import | Node's own | when something else is wanted |
| --- | --- | --- | --- |
${Object.entries(IMPORT_TABLE).map(rowOf).join('\n')}

Of these nobody imports anything but who is named: ${Object.entries(PRIVATE_PARTS)
    .map(([part, users]) => `${part} (${users.join(', ')})`)
    .join(', ')}.`,
)

function rowOf([part, { parts, builtins, isForOldNodes, instead }]: readonly [string, PartRule]): string {
  const ours = parts.map((each) => (each === '*' ? 'everything' : each)).join(', ') || 'nothing of ours'
  const node = isForOldNodes ? 'as Node 12 has it' : builtins ? 'what computes' : 'all'
  return `| ${part} | ${ours} | ${node} | ${instead} |`
}
