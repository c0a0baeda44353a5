// What `octo info` says of a plugin that nobody can begin to use: every version of it was withdrawn.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withdrawnNote } from '../../../client/commands/info/withdrawn-note.ts'
import type { PluginDocument } from '../../../schemas/plugin-document.ts'

const LOCKED = 'no new install chooses one, what is locked is still served'
const ROWS: readonly (readonly [readonly string[], number, string | undefined])[] = [
  [['active'], 0, undefined],
  [['yanked', 'active'], 0, undefined],
  [['quarantined', 'active', 'yanked'], 0, undefined],
  [['yanked'], 0, `its only version 1.0.0 is yanked: ${LOCKED}`],
  [['quarantined'], 0, 'its only version 1.0.0 is quarantined: nothing of it can be installed or locked'],
  [['yanked', 'yanked'], 0, `all 2 versions listed here are yanked: ${LOCKED}`],
  [
    ['quarantined', 'quarantined'],
    0,
    'all 2 versions listed here are quarantined: nothing of it can be installed or locked',
  ],
  [['quarantined', 'yanked'], 0, `all 2 versions listed here are quarantined or yanked: ${LOCKED} unless quarantined`],
  [['yanked'], 1, `all 1 versions listed here are yanked: ${LOCKED}`],
]
for (const [states, pages, note] of ROWS)
  test(`${states.join(', ')} with ${pages} pages: ${note ?? 'nothing is said'}`, () => {
    const versions = states.map((state, at) => ({ version: `${states.length - at}.0.0`, state }))
    assert.equal(withdrawnNote({ versions, pages: Array.from({ length: pages }) } as unknown as PluginDocument), note)
  })
