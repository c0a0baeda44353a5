#!/usr/bin/env node
// Checks that a file exists and is not empty; the last line of output is the result.
import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'

const EXIT_CODES = { ok: 0, critical: 2, unknown: 3 }

function report(status, summary) {
  console.log(JSON.stringify({ v: 1, status, summary }))
  process.exitCode = EXIT_CODES[status]
}

/** Throws a TypeError for what it cannot understand. */
function readPath() {
  const { values } = parseArgs({ options: { path: { type: 'string' } } })
  if (!values.path) throw new TypeError('say which file with --path=FILE')
  return values.path
}

try {
  const path = readPath()
  const { size } = await stat(path)
  if (size > 0) report('ok', `${path} has ${size} bytes`)
  else report('critical', `${path} is empty`)
} catch (error) {
  if (error instanceof TypeError) report('unknown', error.message)
  else report('critical', error.message)
}
