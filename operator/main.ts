// Entry of the words that run plugins. A plugin that ran before starts without loading anything else.
import { closeInherited } from '../system/process/inherited.ts'

/** `argv` without node and script; gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  // Now, while none can be of octo itself. What the command line names is still to be read.
  closeInherited(argv)
  if (argv[0] === 'run') {
    const { tryWarmRun } = await import('./warm/run.ts')
    const code = await tryWarmRun(argv.slice(1), { cwd: process.cwd(), env: process.env })
    if (code !== undefined) return code
  }
  if (argv[0] === 'octoctl') {
    const { octoctl } = await import('./octoctl/octoctl.ts')
    return octoctl(argv.slice(1))
  }
  if (argv.some((word) => WORKS_BESIDE_OTHERS.has(word))) {
    const { keepHeapSmall } = await import('../system/process/small-heap.ts')
    keepHeapSmall()
  }
  if (!argv.some((word) => LONG_RUNNING.has(word))) {
    const { readShapesPlainly } = await import('../schemas/short-run.ts')
    readShapesPlainly()
  }
  const { operatorProgram } = await import('./operator-program.ts')
  return operatorProgram(argv)
}

/** Words of commands whose start takes the most that they ever have: before they read anything. */
const WORKS_BESIDE_OTHERS: ReadonlySet<string> = new Set(['--foreground'])
/** Words of commands that read results again and again. */
const LONG_RUNNING: ReadonlySet<string> = new Set(['--watch', '-w', '--foreground', 'mcp'])
