// Where the lines of a help end, on terminals of some width.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command } from 'commander'
import { helpOn } from '../../terminal/help-layout.ts'
import { collectedStreams } from '../support/machine/collected-streams.ts'

const SENTENCE = 'The exit code is 0 only when every check that ran has passed.'
const LINE = '  $ octo check web db --phase health --frozen --offline'

function helpAt(columns: number, tty = true): string {
  const streams = collectedStreams({ tty, columns, env: { NO_COLOR: '1' } })
  const { output, layout } = helpOn(streams)
  const command = new Command('check')
    .option('--phase <phase>', 'preflight, health or init; repeat for several')
    .addHelpText('after', `\n${LINE}\n\n${SENTENCE}`)
    .configureOutput({ ...output, getOutHelpWidth: () => (tty ? columns : 80) })
    .configureHelp(layout)
  command.outputHelp()
  return streams.stdout()
}

test('words stay whole on a narrow terminal, and a command line as well', () => {
  const lines = helpAt(44).split('\n')
  assert.deepEqual(
    lines.filter((line) => line.length > 44),
    [LINE],
  )
  assert.ok(lines.includes('The exit code is 0 only when every check'), lines.join('\n'))
  assert.ok(lines.includes(`${' '.repeat(19)}init; repeat for several`), lines.join('\n'))
})

test('a sentence is one line where there is room, and where nobody watches', () => {
  for (const text of [helpAt(80), helpAt(44, false)]) assert.ok(text.split('\n').includes(SENTENCE), text)
})
