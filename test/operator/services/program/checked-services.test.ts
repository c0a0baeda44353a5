// `run-service` in `octo check`: the service's own program as the check, without a supervisor.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { tempFolder } from '../../../support/machine/temp-folder.ts'
import { octoIn } from '../../../support/octo/in-process-octo.ts'

const options = { skip: process.platform === 'win32' ? 'the programs are shell scripts' : false }

/** Ends as its first word says, and notes its words, variables and folder. */
const NOTES = 'echo "$*|$A|$B|$(pwd)" >>"$0"; exit "${1:-9}"'

type Row = readonly [what: string, service: object, phase: string, status: string, summary: RegExp]

const asks = (args: unknown) => [{ tool: 'run-service', args }]
const ROWS: readonly Row[] = [
  ['passes', { preflight: asks([0, 'a b']) }, 'preflight', 'ok', /.*/],
  ['fails', { preflight: asks(['3']) }, 'preflight', 'critical', /.*/],
  ['is given variables', { health: asks({ args: ['0'], env: { B: 'given' } }) }, 'health', 'ok', /.*/],
  ['is asked for by an older name', { health: [{ tool: 'run', args: ['0'] }] }, 'health', 'ok', /.*/],
  ['is an init', { init: asks(['0']) }, 'init', 'ok', /.*/],
  ['is not there', { command: ['/none/of/it'], init: asks(['0']) }, 'init', 'unknown', /`\/none\/of\/it` is not there/],
  ['has no program', { command: null, init: asks(['0']) }, 'init', 'unknown', /neither `command` nor `plugin`/],
  ['is given secrets', { secrets: [{ tool: 'x' }], init: asks(['0']) }, 'init', 'unknown', /only whoever supervises/],
  ['has a strange key', { init: asks({ word: 'x' }) }, 'init', 'unknown', /`run-service` takes `args`/],
]

test(`the program that a service is decides its own check (${ROWS.length})`, options, async (t) => {
  const folder = tempFolder(t)
  const notes = join(folder, 'notes')
  for (const [what, service, phase, status, summary] of ROWS) {
    const web = { command: ['/bin/sh', '-c', NOTES, notes], environment: { A: 'own' }, ...service }
    writeFileSync(join(folder, 'octo.yaml'), stringify({ services: { web: { octocompose: web } } }))
    const { code, stdout, stderr } = await octoIn({ cwd: folder }, ['check', '--json', '--phase', phase])
    const [outcome] = JSON.parse(stdout).checks
    assert.deepEqual([what, outcome?.status, code], [what, status, status === 'ok' ? 0 : 1], stderr)
    assert.match(outcome.summary, summary, what)
  }
  assert.deepEqual(readFileSync(notes, 'utf8').trimEnd().split('\n'), [
    `0 a b|own||${folder}`,
    `3|own||${folder}`,
    `0|own|given|${folder}`,
    `0|own||${folder}`,
    `0|own||${folder}`,
  ])
  assert.equal(existsSync(join(folder, '.local')), false, 'nothing is written for a plain program')
})
