// What answers the TAB of a shell, bundled to a file of its own, because somebody waits with a finger on the key. It says nothing but the
// answer, whatever happens, and ends well.
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { answer } from '../answer.ts'
import type { CommandRow } from '../command-table.ts'
import { COMMANDS } from '../command-table.ts'

/** `argv` without node and script. Never throws. */
// allow(dead-export): the launcher calls it, in the bundle of this file
export function main(argv: readonly string[]): void {
  try {
    const commands = JSON.parse(readFileSync(join(import.meta.dirname, '../..', COMMANDS), 'utf8')) as CommandRow
    writeSync(1, answer(argv, { cwd: process.cwd(), env: process.env, commands }))
  } catch {
    // There is nothing to offer, or the shell has gone on; and nobody to tell.
  }
}
