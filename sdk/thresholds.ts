// Latency as a metric with limits, and the status that the limits give it.
import { omitUndefined } from '../schemas/omit-undefined.ts'
import type { CheckStatus, Metric } from './result.ts'

type LatencyLimits = { readonly warnMs?: number | undefined; readonly critMs?: number | undefined }

export function latencyStatus(ms: number, { warnMs, critMs }: LatencyLimits): CheckStatus {
  if (critMs !== undefined && ms > critMs) return 'critical'
  return warnMs !== undefined && ms > warnMs ? 'warn' : 'ok'
}

export function latencyMetric(ms: number, { warnMs, critMs }: LatencyLimits): Metric {
  return {
    name: 'latency',
    value: Math.round(ms * 1000) / 1000,
    unit: 'ms',
    min: 0,
    ...omitUndefined({ warn: warnMs, crit: critMs }),
  }
}
