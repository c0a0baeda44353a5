// Checks as a config plans them, with the programs in test/fixtures/plugins as their plugins.
import type { PluginOutcome } from '../../../client/index.ts'
import type { CheckItem } from '../../../config/model/config.ts'
import type { PlannedCheck } from '../../../operator/check/plan.ts'
import { requestKey } from '../../../operator/check/plan.ts'
import type { CheckDeps } from '../../../operator/check/run-checks.ts'
import type { Name } from '../../../schemas/name.ts'
import { anExecutable } from './executables.ts'

export function aCheck(
  file: string,
  words: readonly string[] = [],
  { item = {}, ...more }: Partial<Omit<PlannedCheck, 'item'>> & { item?: Partial<CheckItem> } = {},
): PlannedCheck {
  const request = { plugin: file as Name }
  return {
    ...{ service: 'web', phase: 'health', request, fate: { kind: 'run' } },
    item: {
      ...{ request, arguments: { kind: 'list', value: words }, enabled: true, intervalMs: 1000 },
      ...{ successThreshold: 1, failureThreshold: 1, place: { file: '/octo.yaml', line: 7 } },
      ...item,
    },
    ...more,
  }
}

/** Sleeps take no time; they are noted. */
export function checkDeps(
  plan: readonly PlannedCheck[],
  more: Partial<CheckDeps> = {},
): CheckDeps & { readonly slept: number[] } {
  const provided = new Map<string, PluginOutcome>(
    plan.map(({ request }) => [
      requestKey(request),
      { state: 'done', value: anExecutable(request.plugin, { output: 'check/v1' }) },
    ]),
  )
  const slept: number[] = []
  return {
    ...{ env: process.env, provided, locate: (executable) => executable, random: () => 0.5, slept },
    sleep: async (milliseconds) => void slept.push(milliseconds),
    ...more,
  }
}
