// Runs commands of a document as a reader would: with a shell, `octo` on PATH, and nothing else of this process.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BUNDLE } from '../octo/run-octo.ts'

type ShellRun = { readonly code: number | null; readonly output: string }

type ShellOptions = { readonly cwd: string; readonly env?: Readonly<Record<string, string>> }

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url))

/** Stops at the first command that fails, whose exit code it gives. */
export async function runShell(script: string, { cwd, env = {} }: ShellOptions): Promise<ShellRun> {
  const path = [CHECKOUT.replace(/\/$/, ''), process.env.PATH].join(delimiter)
  // One pipe keeps the order in which both were written.
  const child = spawn('/bin/sh', ['-eu', '-c', `exec 2>&1\n${script}`], {
    cwd,
    env: { PATH: path, HOME: cwd, OCTO_HOME: `${cwd}/store`, ...BUNDLE, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, output }
}

/** The same for commands that have to succeed; gives what they printed. */
export async function runWell(script: string, options: ShellOptions): Promise<string> {
  const { code, output } = await runShell(script, options)
  assert.equal(code, 0, `${script}\n${output}`)
  return output
}
