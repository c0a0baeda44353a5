// Writes the table of commands in README.md from terminal/commands.ts; with --check it only says whether it is stale.
import { WORDS } from '../terminal/commands.ts'
import { writePart } from './written-page.ts'

const rows = WORDS.map(({ word, summary }) => `| \`${word}\` | ${summary.replaceAll('|', '\\|')} |`)
writePart(
  {
    path: 'README.md',
    tool: 'tools/write-command-table.ts',
    begin: '<!-- commands: written by tools/write-command-table.ts -->',
    end: '<!-- end of commands -->',
  },
  ['| word | does |', '| --- | --- |', ...rows].join('\n'),
)
