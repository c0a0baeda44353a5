#!/usr/bin/env node
// Checks that a file exists and is not empty; the last line of output is the result.
import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { path: { type: 'string' } } })

function report(status, summary) {
  console.log(JSON.stringify({ v: 1, status, summary }))
  process.exitCode = { ok: 0, critical: 2, unknown: 3 }[status]
}

try {
  if (!values.path) throw new TypeError('say which file with --path=FILE')
  const { size } = await stat(values.path)
  if (size > 0) report('ok', `${values.path} has ${size} bytes`)
  else report('critical', `${values.path} is empty`)
} catch (error) {
  if (error instanceof TypeError) report('unknown', error.message)
  else report('critical', `${values.path}: ${error.code}`)
}
