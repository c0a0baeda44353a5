// Starts the octo that looks after kept plugins, apart from this process and its terminal, unless there is one.
import { launchApart } from '../../../system/process/launch-apart.ts'
import { MARK } from '../../../system/process/mark.ts'
import { leaveCgroup } from '../../../system/process/process-cgroup.ts'
import { pluginLaunchWords } from '../../exec/launch-words.ts'
import { lastingStart } from '../../link/lasting-start.ts'
import type { Environment } from '../../ocm/instance/runtime-folder.ts'
import { lacksKeeper } from '../../ocm/shared/keeper.ts'

/** Throws what a program that cannot be started throws. */
export async function startKeeper(env: Environment): Promise<void> {
  if (!lacksKeeper(env)) return
  const [file = '', ...script] = lastingStart().words
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => name !== MARK))
  const { pid } = await launchApart(
    { file, argv: [...script, 'plugin', 'ps', '--look-after'], env: own, cwd: '/' },
    { stdio: ['ignore', 'ignore', 'ignore'], words: pluginLaunchWords },
  )
  // Asked for by a service, it is none of it.
  leaveCgroup(pid)
}
