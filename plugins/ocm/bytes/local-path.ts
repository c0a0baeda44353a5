// Where a path of this machine leads: an absolute one anywhere that the plugin's user may read, or below a configured folder, which
// no link and no `..` leads out of.
import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { CallError } from '../../../sdk/service/index.ts'

const [BAD_REQUEST, FORBIDDEN, NOT_FOUND] = [400, 403, 404]

/** The path without links on it; throws a CallError. `root` is the configured folder. */
export async function localPath(path: string, root: string | undefined): Promise<string> {
  if (root === undefined && !isAbsolute(path))
    throw new CallError(
      `\`${path}\` is relative: expected an absolute path, or a \`root\` in the configuration`,
      BAD_REQUEST,
    )
  const top = root === undefined ? undefined : await withoutLinks(root)
  const found = await withoutLinks(top === undefined ? path : resolve(top, path))
  if (top === undefined || isBelow(top, found)) return found
  throw new CallError(`\`${path}\` leads out of the configured \`root\``, FORBIDDEN)
}

function isBelow(folder: string, path: string): boolean {
  const rest = relative(folder, path)
  return rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest)
}

async function withoutLinks(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new CallError(`\`${path}\` cannot be read (${code})`, code === 'ENOENT' ? NOT_FOUND : FORBIDDEN, { cause })
  }
}
