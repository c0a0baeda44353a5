// Gives the space of a part of a file back, while others go on appending to that file: its size and the places of all other
// bytes stay as they are. Node has no call for it, so a tool of the system does it, which not every system has.
import { execFile } from 'node:child_process'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { FIXED_TOOL_PATH } from '../process/system-tool.ts'

const TIMEOUT_MS = 10_000

/** From the beginning of the file. Throws OS_FAILED where the system or the file system cannot do it. */
export function punchHole(path: string, bytes: number): Promise<void> {
  const argv = ['--punch-hole', '--offset', '0', '--length', String(bytes), path]
  return new Promise((resolve, reject) => {
    execFile('fallocate', argv, { env: { PATH: FIXED_TOOL_PATH }, timeout: TIMEOUT_MS }, (error, _out, said) =>
      error ? reject(impossible(path, said.trim() || error.message)) : resolve(),
    )
  })
}

function impossible(path: string, reason: string): Error {
  return coded('OS_FAILED', {
    message: `\`fallocate\` could not give back space of ${quote(path)}: ${reason}`,
    details: { path },
    hint: 'install util-linux, and keep logs on a file system such as ext4, xfs, btrfs or tmpfs',
  })
}
