// Starts the program of one instance in a session of its own, with its output in a file, and says how it ends. Nothing of it
// depends on the supervisor's life.
import { closeSync } from 'node:fs'
import { join } from 'node:path'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { bootId } from '../../../system/boot-id.ts'
import { oomKillsIn } from '../../../system/process/cgroup-limits.ts'
import type { ProcessEnd } from '../../../system/process/collected.ts'
import type { ProcessIdentity } from '../../../system/process/identity.ts'
import { statOf } from '../../../system/process/identity.ts'
import { launchApart } from '../../../system/process/launch-apart.ts'
import { putIntoCgroup, removeCgroup } from '../../../system/process/process-cgroup.ts'
import { openLog } from '../../logs/log-files.ts'
import { rotated } from '../../logs/rotate-log.ts'
import type { End } from '../life/end.ts'
import { limitedLaunch } from '../limits/limited-launch.ts'
import { logPath } from '../project/places.ts'
import type { RunnableService } from '../specs/runnable.ts'
import { serviceLaunchWords } from './launch-words.ts'
import type { LaunchFacts, Wanted } from './service-launch.ts'
import { serviceLaunch } from './service-launch.ts'

type StartedProgram = { readonly process: ProcessIdentity; readonly ended: Promise<End> }

/** Throws why it cannot be started. */
export async function startProgram(
  service: RunnableService,
  wanted: Wanted,
  facts: LaunchFacts & { readonly log: (line: string) => void },
): Promise<StartedProgram> {
  const plain = await serviceLaunch(service, wanted, facts)
  const path = logPath(facts.places, wanted.id)
  await rotated(path)
  const name = wanted.mark.split('/').slice(0, 2).join('.')
  const place = { name, folder: join(facts.places.state, 'called', wanted.id) }
  const { what, cgroup: limited, input } = limitedLaunch(plain, service.spec.limits, place)
  const log = openLog(path, Date.now(), (line) => facts.log(`${wanted.id}: ${line}`))
  try {
    const start = () => launchApart(what, { stdio: [input ?? 'ignore', log, log], words: serviceLaunchWords })
    const { pid, ended } = await (facts.cores ? facts.cores.asBefore(start) : start())
    const cgroup = putIntoCgroup(name, pid)
    // One that has ended already and was collected has no start to tell; its number is not looked for again then.
    const process = {
      boot: bootId(),
      pid,
      start: statOf(pid)?.start ?? '',
      ...omitUndefined({ cgroup }),
    }
    return { process, ended: ended.then((end) => ({ ...endOf(end), ...oomKillsOf(cgroup) })) }
  } catch (error) {
    if (limited !== undefined) removeCgroup(limited)
    throw error
  } finally {
    closeSync(log)
    if (input !== undefined) closeSync(input)
  }
}

/** Nothing where none was, or the system does not say. */
export function oomKillsOf(cgroup: string | undefined): Pick<End, 'oomKills'> {
  const oomKills = cgroup === undefined ? undefined : oomKillsIn(cgroup)
  return oomKills ? { oomKills } : {}
}

function endOf({ exitCode, signal }: ProcessEnd): End {
  if (signal !== null) return { kind: 'signal', signal }
  return exitCode === null ? { kind: 'unknown' } : { kind: 'code', code: exitCode }
}
