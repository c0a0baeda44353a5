// What `--verbose` tells about a check: what is run and how long it may take, and what each run came to.
import type { VerifiedExecutable } from '../../client/index.ts'
import { formatDuration } from '../../terminal/index.ts'
import type { PluginRunResult } from '../exec/run-plugin.ts'
import { timeoutOf } from '../exec/run-plugin.ts'
import type { PlannedCheck } from './plan.ts'

export function planLine(check: PlannedCheck, executable: VerifiedExecutable): string {
  const { item, phase } = check
  const { repo, plugin, version, platform, manifest, signer } = executable
  const { timeoutMs, saidBy } = timeoutOf({
    ...{ executable, phase },
    timeoutMs: item.timeoutMs,
  })
  return [
    `${labelOf(check)}: runs ${repo}/${plugin}@${version} for ${platform}, signed by ${signer}`,
    `result as ${manifest.output}`,
    `at most ${formatDuration(timeoutMs)} (${saidBy})`,
    `${item.successThreshold} passed or ${item.failureThreshold} failed in a row decide`,
  ].join(', ')
}

export function runLine(
  check: PlannedCheck,
  { status, summary, exitCode, hostCode, durationMs }: PluginRunResult,
): string {
  const code = hostCode === undefined ? `exit code ${exitCode ?? 'none'}` : `code ${hostCode}`
  return `${labelOf(check)}: ${status} after ${formatDuration(durationMs)}, ${code}: ${summary}`
}

export function labelOf({ service, phase, request, mark }: PlannedCheck): string {
  return [service, phase, request.plugin, mark].filter((word) => word !== undefined).join(' ')
}
