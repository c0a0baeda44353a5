// Runs install.sh as somebody types it, on a machine that has what the test gives it.
import { spawn } from 'node:child_process'
import { accessSync, constants, mkdirSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const INSTALLER = fileURLToPath(new URL('../../../install.sh', import.meta.url))

/** What Debian's base has of what the script uses. */
const BASE = [
  'sh',
  'tar',
  'gzip',
  'sha256sum',
  'mktemp',
  'sed',
  'tr',
  'uname',
  'awk',
  'rm',
  'cp',
  'mkdir',
  'rmdir',
  'id',
  'ls',
  'grep',
  'wc',
  'cat',
  'fold',
  'base64',
  'env',
  'stat',
  'readlink',
  'dirname',
]

/** Where a program is; undefined where this machine has none. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // In the next folder, perhaps.
    }
  }
  return undefined
}

/** A folder with links to what Debian's base has, and to these. */
export function pathWith(folder: string, extra: readonly string[]): string {
  mkdirSync(folder)
  for (const name of [...BASE, ...extra]) {
    const found = findProgram(name)
    if (found !== undefined) symlinkSync(found, join(folder, name))
  }
  return folder
}

export type InstallerRun = { readonly code: number | null; readonly output: string }

type Machine = {
  readonly home: string
  readonly path: string
  readonly shell?: readonly string[]
  readonly script?: string
  readonly env?: Readonly<Record<string, string>>
  /** Called with a way to end the script and all that it has started. */
  readonly onStart?: (end: (signal: NodeJS.Signals) => void) => void
}

export async function runInstaller(words: readonly string[], machine: Machine): Promise<InstallerRun> {
  const { home, path, shell = ['sh'], script = INSTALLER, env = {}, onStart } = machine
  const [program = 'sh', ...first] = shell
  const child = spawn(findProgram(program) ?? program, [...first, script, ...words], {
    cwd: home,
    env: { PATH: path, HOME: home, TMPDIR: home, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const { pid } = child
  if (pid !== undefined) onStart?.((signal) => process.kill(-pid, signal))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, output }
}
