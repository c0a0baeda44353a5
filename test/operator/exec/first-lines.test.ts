// Scripts by the interpreter of their first line: whatever words stand there, the script runs, and no file beside the caller
// that is called as one of the words is, and no start-up file.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { isolationOf } from '../../../schemas/interpreters.ts'
import type { Scene } from '../../support/operator/planted-scene.ts'
import { aScene, assertUntouched, pathOfProgram, start } from '../../support/operator/planted-scene.ts'

/** Words that end the options or stand before them, with a script for each that says so. */
const LINES: readonly (readonly [interpreter: string, words: readonly string[], says: string])[] = [
  ['sh', ['', '-', '--', '-e', '-eu -', '-o errexit'], 'echo octo'],
  ['bash', ['', '-', '--', '-eu', '-euo pipefail', '-e --', '--posix', '-o posix'], 'echo octo'],
  ['python3', ['', '-u', '-I', '-S -u'], 'print("octo")'],
  ['perl', ['', '-w', '-T', '-wT', '-l'], 'print "octo\\n";'],
  ['ruby', ['', '-w'], 'puts "octo"'],
  ['php', ['', '-q'], '<?php echo "octo\\n";'],
  ['tclsh', [''], 'puts octo'],
  ['awk', ['-f'], 'BEGIN { print "octo" }'],
  ['sed', ['-nf', '-n -f'], '$='],
  ['busybox', ['sh', 'ash -e'], 'echo octo'],
  ['zsh', ['', '-e', '-'], 'echo octo'],
  ['csh', ['', '-f'], 'echo octo'],
  ['Rscript', [''], 'cat("octo\\n")'],
]

for (const [interpreter, words, says] of LINES)
  test(`${interpreter} runs the script and nothing beside the caller, whatever its line says`, {
    skip: missing(interpreter),
  }, (t) => {
    const path = pathOfProgram(interpreter)
    for (const word of words)
      for (const line of [`#!${path} ${word}`, `#!/usr/bin/env -S ${interpreter} ${word}`]) {
        const scene = aScene(t, { main: `${line}\n${says}\n` })
        plantWords(scene, [...word.split(' '), ...(isolationOf(interpreter) ?? [])])
        assert.equal(start(scene, 'main').trim(), interpreter === 'sed' ? '' : 'octo', line)
        assertUntouched(scene)
      }
  })

/** Files in the working directory that are called as every word of the command line is, and the usual start-up files. */
function plantWords({ cwd, home, marks, write }: Scene, words: readonly string[]): void {
  const shell = (name: string) => `: > '${join(marks, name)}'\n`
  for (const word of words.filter((word) => word !== '' && !word.includes('/'))) write(join(cwd, word), shell(word))
  for (const name of ['.zshenv', '.zshrc', '.cshrc', '.tcshrc', '.Renviron', '.tclshrc', '.mkshrc'])
    for (const place of [cwd, home]) write(join(place, name), shell(name))
  for (const place of [cwd, home]) write(join(place, '.Rprofile'), `file.create('${join(marks, 'Rprofile')}')\n`)
}

for (const line of [
  '#!/usr/bin/env bun',
  '#!/bin/sh -n',
  '#!/bin/bash - hook',
  '#!/bin/busybox sh sh',
  '#!bin/interp',
  '#!interp',
  '#!./interp',
  '#!/proc/self/cwd/interp',
  '#!/usr/bin/env bin/interp',
  '#! interp',
  '#!/usr/bin/env -S PATH=. interp',
])
  test(`a script that begins with ${line} is never started`, (t) => {
    const scene = aScene(t, { main: `${line}\n` })
    assert.throws(() => start(scene, 'main'), { code: 'PLUGIN_NOT_EXECUTABLE' })
    assertUntouched(scene)
  })

/** Why a test is skipped, or that it is not. */
function missing(program: string): string | false {
  return pathOfProgram(program) === undefined && `${program} is not on this machine`
}
