// Where a user's trusted keys are kept.
import { join } from 'node:path'
import { foundUserConfigFolder, userConfigFolder } from '../../system/files/user-config-folder.ts'

type Environment = Readonly<Record<string, string | undefined>>

const FILE = 'trusted-keys.json'

/** Throws IO_FAILED where there is no home. */
export function trustedKeysPath(env: Environment): string {
  return join(userConfigFolder(env), FILE)
}

/** Undefined for a user without a home, who can trust no key. */
export function foundTrustedKeysPath(env: Environment): string | undefined {
  const folder = foundUserConfigFolder(env)
  return folder === undefined ? undefined : join(folder, FILE)
}
