// Reads what a finished run of a check means under the output contract that the release declares. Nothing passes that was cut off,
// that contradicts itself or that never said anything: it is unknown.
import type { CheckContract } from '../../schemas/manifest.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { signalCode } from '../../system/process/process-group.ts'
import type { Ending } from '../../system/process/run-process.ts'
import { formatBytes, formatDuration } from '../../terminal/index.ts'
import { readCheck } from './read-check.ts'
import { readExitCode } from './read-exit-code.ts'
import { readNagios } from './read-nagios.ts'
import type { CheckReport } from './report.ts'

const READERS: Readonly<Record<CheckContract, (ending: Ending, exitCode: number) => CheckReport>> = {
  'check/v1': readCheck,
  'exit-code': readExitCode,
  nagios: readNagios,
}
const TIMED_OUT = 124

/** Never throws: whatever the plugin did is a report. */
export function interpret(ending: Ending, contract: CheckContract): CheckReport {
  const stopped = stoppedReport(ending)
  if (stopped) return stopped
  const { exitCode } = ending
  if (exitCode === undefined) return { status: 'unknown', summary: 'ended in an unknown way' }
  return { ...READERS[contract](ending, exitCode), exitCode }
}

/** The plugin did not end by itself: the operator's codes, apart from the plugin's. Undefined when it did. */
export function stoppedReport(ending: Ending): CheckReport | undefined {
  const { stopped, signal, timeoutMs } = ending
  if (stopped === 'timeout')
    return hostReport(`no result within ${formatDuration(timeoutMs)}, killed`, TIMED_OUT, ending)
  if (stopped === 'flood') {
    const printed = formatBytes(ending.stdout.totalBytes + ending.stderr.totalBytes)
    return hostReport(`printed ${printed}, more than a run may, killed`, signalCode('SIGKILL'), ending)
  }
  if (stopped === 'interrupted') return hostReport('interrupted', signalCode('SIGTERM'), ending)
  return signal === undefined ? undefined : hostReport(`ended by ${signal}`, signalCode(signal), ending)
}

function hostReport(summary: string, hostCode: number, { exitCode }: Ending): CheckReport {
  return { status: 'unknown', summary, hostCode, ...omitUndefined({ exitCode }) }
}
