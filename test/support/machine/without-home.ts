// A user that no list of users knows, as containers have them: the system knows no home of theirs.
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import type { TestContext } from 'node:test'

export function withoutHome(context: Pick<TestContext, 'after'>): void {
  const { homedir } = os
  context.after(() => {
    os.homedir = homedir
    syncBuiltinESMExports()
  })
  os.homedir = () => {
    throw new Error('uv_os_homedir returned ENOENT')
  }
  syncBuiltinESMExports()
}
