// A client without a config, for looking at a repo that is not in one yet.
import type { RepoConfig } from '../../../config/model/config.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { waitingLine } from '../../../terminal/index.ts'
import type { ClientContext } from '../../context.ts'
import { openContext } from '../../context.ts'
import { hostPlatform } from '../../host-platform.ts'
import { storeRootOf } from '../../store/root.ts'

export function contextFor(repos: readonly RepoConfig[], terminal: Terminal): ClientContext {
  const { env } = process
  return openContext({
    config: { files: [], repos, pins: [], services: [], warnings: [] },
    lockPath: '',
    storeRoot: storeRootOf(env),
    env,
    platform: hostPlatform(),
    report: { waiting: waitingLine(terminal) },
  })
}
