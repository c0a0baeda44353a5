import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { keptProgram } from './kept-program.ts'

const SUFFIX = process.platform === 'win32' ? '.exe' : ''

test('a program is built once, and one that could not be built is built again', (t) => {
  const name = `kept-${randomUUID()}`
  let asked = 0
  const build = (folder: string) => {
    writeFileSync(join(folder, `${name}${SUFFIX}`), `built ${++asked}`)
    return asked === 1 ? 'stopped halfway' : undefined
  }
  assert.deepEqual(keptProgram(name, { key: '1', build }), { missing: 'stopped halfway' })
  const kept = keptProgram(name, { key: '1', build })
  assert.ok('path' in kept)
  t.after(() => rmSync(kept.path))
  assert.deepEqual(keptProgram(name, { key: '1', build }), kept)
  assert.equal(readFileSync(kept.path, 'utf8'), 'built 2')
  assert.equal(readdirSync(dirname(kept.path)).filter((each) => each.includes(name)).length, 1)
})
