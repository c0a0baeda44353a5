// system is the machine: what people type to get out of an error is known to the part that they were using.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { WORDS } from '../../terminal/commands.ts'

const SYSTEM = join(import.meta.dirname, '..', '..', 'system')

test('no source of system names a command of octo', () => {
  const words = WORDS.map(({ word }) => word)
  assert.ok(words.includes('login'))
  const named = new RegExp(`\\bocto (${words.join('|')})\\b|\`--[a-z-]+\``)
  const files = readdirSync(SYSTEM, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
  assert.ok(files.includes(join('http', 'refusal.ts')))
  assert.deepEqual(
    files.filter((path) => named.test(readFileSync(join(SYSTEM, path), 'utf8'))),
    [],
  )
})
