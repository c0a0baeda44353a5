// What `args` may be: a list of plain values or a map; anything else is refused where it stands, and no plugin gets a part of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readFiles } from '../support/machine/config-files.ts'

const read = (t: Parameters<typeof readFiles>[0], args: string) =>
  readFiles(t, { 'octo.yaml': `services: {web: {health: [{tool: c, args: ${args}}]}}\n` })

const REFUSED: readonly (readonly [what: string, args: string, says: RegExp])[] = [
  ['a word', 'word', /`args` is neither a list nor a map/],
  ['a number', '7', /`args` is neither a list nor a map/],
  ['a list in a list', '[--port, [80]]', /an argument in a list is a plain value, found a list or map/],
  ['a map in a list', '[{port: 80}]', /an argument in a list is a plain value, found a list or map/],
]

for (const [what, args, says] of REFUSED)
  test(`refuses arguments that are ${what}`, async (t) => {
    const { message } = await expectCodeAsync('CONFIG_INVALID', () => read(t, args))
    assert.match(message, says)
    assert.match(message, /octo\.yaml/)
  })
