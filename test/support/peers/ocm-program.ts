// OCM's own plugin manager, where `OCM_MANAGER` names a program that drives it: `PROGRAM DIR` registers the plugins of a folder, makes
// every call for the type `TYPE`, and prints a JSON line for each.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const manager = process.env.OCM_MANAGER

/** For tests that need it. */
export const noManager =
  manager === undefined && 'needs OCM’s plugin manager: name a program that drives it by OCM_MANAGER'

type ManagerStep = { readonly step?: string; readonly value?: unknown; readonly err?: string }

/** All steps for one type, with what the manager said beside them. */
export async function driveByManager(
  plugins: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly steps: readonly ManagerStep[]; readonly said: string }> {
  const program = spawn(manager ?? '', [plugins], {
    env: { ...process.env, IDLE: '60s', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const read = async (stream: NodeJS.ReadableStream) => (await Array.fromAsync(stream.setEncoding('utf8'))).join('')
  const [out, err] = await Promise.all([read(program.stdout), read(program.stderr), once(program, 'close')])
  const lines = out.trim() === '' ? [] : out.trim().split('\n')
  return { steps: lines.map((line) => JSON.parse(line)), said: `${out}${err}` }
}
