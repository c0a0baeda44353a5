// What `--verbose` tells about a check: what is run and how long it may take, and what each run came to.
import type { VerifiedExecutable } from '../../client/index.ts'
import { quote } from '../../schemas/quote.ts'
import { formatDuration } from '../../terminal/index.ts'
import type { PluginRunResult } from '../exec/run-plugin.ts'
import { timeoutOf } from '../exec/run-plugin.ts'
import type { PlannedCheck } from './plan.ts'

export function planLine(check: PlannedCheck, executable: VerifiedExecutable): string {
  const { item, phase } = check
  const { repo, plugin, version, platform, manifest, signer } = executable
  const { timeoutMs, saidBy } = timeoutOf({
    executable,
    phase,
    timeoutMs: item.timeoutMs,
  })
  return [
    `${labelOf(check)}: runs ${repo}/${plugin}@${version} for ${platform}, signed by ${signer}`,
    `result as ${manifest.output}`,
    `at most ${formatDuration(timeoutMs)} (${saidBy})`,
    `${item.successThreshold} passed or ${item.failureThreshold} failed in a row decide`,
  ].join(', ')
}

/** The first line is what the run came to. */
export function runLines(check: PlannedCheck, result: PluginRunResult): readonly string[] {
  const { status, summary, exitCode, hostCode, durationMs, metrics = [], unreadMetrics = [] } = result
  const label = labelOf(check)
  const code = hostCode === undefined ? `exit code ${exitCode ?? 'none'}` : `code ${hostCode}`
  const measured = metrics.map(({ name, value, unit = '' }) => `${name}=${value}${unit}`).join(', ')
  return [
    `${label}: ${status} after ${formatDuration(durationMs)}, ${code}: ${summary}`,
    ...(measured === '' ? [] : [`${label}: measured ${measured}`]),
    ...unreadMetrics.map(
      (text) => `${label}: left out ${quote(text)}, which is no measure such as \`'a label'=6.5s;8;10\``,
    ),
  ]
}

export function labelOf({ service, phase, request, mark }: PlannedCheck): string {
  return [service, phase, request.plugin, mark].filter((word) => word !== undefined).join(' ')
}
