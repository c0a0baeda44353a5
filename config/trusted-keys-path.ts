// Where a user's trusted keys are kept.
import { join } from 'node:path'
import { userConfigFolder } from '../system/files/user-config-folder.ts'

export function trustedKeysPath(env: Readonly<Record<string, string | undefined>>): string {
  return join(userConfigFolder(env), 'trusted-keys.json')
}
