// A process that becomes another program, and what it is when that does not work.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const onLinux = { skip: process.platform === 'linux' ? false : 'octo becomes a program on Linux only' }
const MODULE = pathToFileURL(join(import.meta.dirname, '../../../system/process/become-program.ts')).href

/** Tries to become the program, says why it did not, and writes to a pipe that nobody reads any more. */
function tryToBecome(fifo: string, file: string, argv = '[]') {
  const text = `
    import { closeSync, openSync, writeSync } from 'node:fs'
    import { becomeProgram } from ${JSON.stringify(MODULE)}
    const [file, fifo] = process.argv.slice(1)
    try { becomeProgram({ file, argv: ${argv}, argv0: 'it', env: {} }) } catch (error) { writeSync(1, String(error.errno)) }
    process.on('exit', () => writeSync(1, ' goes on'))
    const reader = openSync(fifo, 'r+')
    const writer = openSync(fifo, 'w')
    closeSync(reader)
    try { writeSync(writer, 'x') } catch (error) { writeSync(1, ' ' + error.code) }
  `
  const words = ['--input-type=module', '-e', text, file, fifo]
  return spawnSync(process.execPath, words, { encoding: 'utf8', env: {} })
}

test('a program that cannot be started leaves the process as it was, without a warning', onLinux, (t) => {
  const folder = tempFolder(t)
  const at = (name: string, bytes: string, mode: number) => {
    writeFileSync(join(folder, name), bytes, { mode })
    return join(folder, name)
  }
  const fifo = join(folder, 'fifo')
  execFileSync('mkfifo', [fifo])
  const busy = at('busy', '\x7fELF', 0o755)
  const writer = openSync(busy, 'r+')
  const rows: readonly (readonly [what: string, file: string, errno: number, argv?: string])[] = [
    ['that is not there', join(folder, 'gone'), 2],
    ['that has no right to run', at('plain', '#!/bin/sh\n', 0o644), 13],
    ['that is a folder', folder, 13],
    ['that is no program', at('text', 'echo\n', 0o755), 8],
    ['that somebody writes', busy, 26],
    ['whose words are too long', '/bin/true', 7, "Array(40).fill('x'.repeat(100_000))"],
  ]
  for (const [what, file, errno, argv] of rows) {
    const { stdout, stderr } = tryToBecome(fifo, file, argv)
    assert.deepEqual({ stdout, stderr }, { stdout: `${errno} EPIPE goes on`, stderr: '' }, `a program ${what}`)
  }
  closeSync(writer)
})
