// What a log of CI shows of a publish that takes long: a line now and then, and none of a short one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { showStages } from '../../../publisher/publish/shown-stages.ts'
import { openTerminal } from '../../../terminal/terminal.ts'

function aLog(flags = {}) {
  const lines: string[] = []
  const stream = { isTTY: false, write: (text: string) => lines.push(text.replace(/\d+ s(?=\))/g, '… s')) }
  return { lines, terminal: openTerminal(flags, { out: stream, err: stream, env: {}, interactive: false }) }
}

test('without a terminal a line now and then says which step runs, and how far its files are', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { lines, terminal } = aLog()
  {
    using stages = showStages(terminal, 'core/hello@1.0.0')
    stages.enter('building')
    t.mock.timers.tick(20_000)
    assert.deepEqual(lines, [])
    stages.enter('uploading')
    stages.item('hello_1.0.0_any', 2048)?.advance(1024)
    t.mock.timers.tick(20_000)
    stages.enter('proving')
    t.mock.timers.tick(30_000)
  }
  t.mock.timers.tick(60_000)
  assert.deepEqual(lines, [
    'still running: uploading core/hello@1.0.0 (… s), hello_1.0.0_any (1 KiB of 2 KiB, … s)\n',
    'still running: hello_1.0.0_any (1 KiB of 2 KiB, … s), proving core/hello@1.0.0 (… s)\n',
  ])
})

for (const flag of ['quiet', 'json'])
  test(`with --${flag} nothing is said of what still runs`, (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const { lines, terminal } = aLog({ [flag]: true })
    using stages = showStages(terminal, 'core/hello@1.0.0')
    stages.enter('building')
    t.mock.timers.tick(60_000)
    assert.deepEqual(lines, [])
  })
