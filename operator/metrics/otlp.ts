// The same measures as OpenTelemetry takes them: OTLP over HTTP as JSON (opentelemetry-proto 1.x, `ExportMetricsServiceRequest`). Gauges and
// counters alone; what is no number has no data point there.
import type { Family, Sample } from './exposition.ts'

export type Resource = { readonly host: string; readonly octo: string; readonly at: Date }

/** `POST` it to `/v1/metrics`. */
export function otlpRequest(families: readonly Family[], { host, octo, at }: Resource): object {
  const timeUnixNano = `${BigInt(at.getTime()) * 1_000_000n}`
  const metrics = families.flatMap(({ name, help, type, samples }) => {
    const dataPoints = samples.filter(isNumber).map((sample) => pointOf(sample, timeUnixNano))
    if (dataPoints.length === 0 || type === 'summary') return []
    const data =
      type === 'gauge'
        ? { gauge: { dataPoints } }
        : { sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true } }
    return [{ name, description: help, ...data }]
  })
  const attributes = attributesOf({ 'service.name': 'octo', 'service.version': octo, 'host.name': host })
  return {
    resourceMetrics: [
      { resource: { attributes }, scopeMetrics: [{ scope: { name: 'octo', version: octo }, metrics }] },
    ],
  }
}

const CUMULATIVE = 2

function isNumber({ value }: Sample): boolean {
  return Number.isFinite(value)
}

function pointOf({ labels, value }: Sample, timeUnixNano: string): object {
  return { attributes: attributesOf(labels), timeUnixNano, asDouble: value }
}

function attributesOf(labels: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(labels).map(([key, text]) => ({ key, value: { stringValue: text.toWellFormed() } }))
}
