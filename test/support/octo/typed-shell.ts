// Runs commands of a document with a shell whose `octo` is this process: words, folder, variables and redirections are the shell's, and no
// octo is started and loaded anew for each line. Lines that need a process of their own have one.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { octoIn } from './in-process-octo.ts'
import { BUNDLE } from './run-octo.ts'

type ShellRun = { readonly code: number | null; readonly output: string }
type ShellOptions = { readonly cwd: string; readonly env?: Readonly<Record<string, string>> }

const OCTO = fileURLToPath(new URL('../../../octo', import.meta.url))
/** Where a process sees how another one was started. */
const HAS_PROC = existsSync('/proc/self/environ')

/**
 * What the shell finds as `octo`. It asks through the descriptor 3, which answers with the code once the output stands in two files.
 * Started are those that hand on their own output, that stay or leave a plugin that stays, or that look at what another process writes;
 * and those that print to a file, whose rights are changed through what is open.
 */
const relay = (folder: string) => `#!/bin/sh
case "\${1-} \${2-}" in
  run\\ * | test\\ * | plugin\\ call | registry\\ serve | registry\\ backup | registry\\ fsck | registry\\ gc) exec '${OCTO}' "$@" 3>&- ;;
esac
${HAS_PROC ? '[ ! -f /proc/self/fd/1 ] || ' : ''}exec '${OCTO}' "$@" 3>&-
echo $$ >&3
read -r code <&3
[ ! -s '${folder}/stdout' ] || cat '${folder}/stdout'
[ ! -s '${folder}/stderr' ] || cat '${folder}/stderr' >&2
exit "$code"
`

/** As `runShell`: stops at the first command that fails, whose exit code it gives. The folder of its octo is `$TYPED`. */
export async function typeShell(script: string, { cwd, env = {} }: ShellOptions): Promise<ShellRun> {
  const folder = mkdtempSync(join(tmpdir(), 'octo-typed-'))
  try {
    writeFileSync(join(folder, 'octo'), relay(folder), { mode: 0o755 })
    const path = `${folder}:${env.PATH ?? process.env.PATH}`
    // In one stream, which keeps the order.
    const child = spawn('/bin/sh', ['-eu', '-c', `exec 2>&1\n${script}`], {
      cwd,
      env: { HOME: cwd, OCTO_HOME: `${cwd}/store`, TYPED: folder, ...BUNDLE, ...env, PATH: path },
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    })
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (text) => (output += text))
    const asks = child.stdio[3] as Duplex
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    for await (const pid of asks) asks.write(`${await answer(String(pid).trim(), folder)}\n`)
    return { code: await ended, output }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The same for commands that have to succeed; gives what they printed. */
export async function typeWell(script: string, options: ShellOptions): Promise<string> {
  const { code, output } = await typeShell(script, options)
  assert.equal(code, 0, `${script}\n${output}`)
  return output
}

/** Runs the octo that the process stands for. */
async function answer(pid: string, folder: string): Promise<number> {
  const [, , ...words] = nulSeparated(`/proc/${pid}/cmdline`)
  const env = Object.fromEntries(nulSeparated(`/proc/${pid}/environ`).map(variable))
  const { code, stdout, stderr } = await octoIn({ cwd: readlinkSync(`/proc/${pid}/cwd`), env }, words)
  writeFileSync(join(folder, 'stdout'), stdout)
  writeFileSync(join(folder, 'stderr'), stderr)
  return code
}

function nulSeparated(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\0').slice(0, -1)
}

function variable(line: string): readonly [string, string] {
  const at = line.indexOf('=')
  return [line.slice(0, at), line.slice(at + 1)]
}
