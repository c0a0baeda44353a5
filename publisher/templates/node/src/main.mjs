#!/usr/bin/env node
// Checks that a file exists and is not empty; the last line of output is the result.
import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { path: { type: 'string' } } })

function report(status, summary) {
  console.log(JSON.stringify({ v: 1, status, summary }))
  process.exitCode = status === 'ok' ? 0 : 2
}

try {
  const { size } = await stat(values.path)
  if (size > 0) report('ok', `${values.path} has ${size} bytes`)
  else report('critical', `${values.path} is empty`)
} catch (error) {
  report('critical', `${values.path}: ${error.code ?? error.message}`)
}
