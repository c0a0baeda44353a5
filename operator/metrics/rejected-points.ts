// What a collector says in its 200 that it did not keep: `partialSuccess` of OTLP (opentelemetry-proto 1.x,
// `ExportMetricsServiceResponse`). Zero with a text is advice; anything else than such an answer says nothing.
type Rejected = { readonly count: string; readonly why: string }

export function rejectedBy(text: string): Rejected | undefined {
  const { rejectedDataPoints = 0, errorMessage = '' } = partialSuccessIn(text)
  // 64 bits are a text in the JSON of protobuf, and a number is read as well.
  const count = /^\d{1,20}$/.test(String(rejectedDataPoints))
    ? String(rejectedDataPoints).replace(/^0+(?=\d)/, '')
    : '0'
  const why = typeof errorMessage === 'string' ? errorMessage : ''
  return count === '0' && why === '' ? undefined : { count, why }
}

type PartialSuccess = { readonly rejectedDataPoints?: unknown; readonly errorMessage?: unknown }

function partialSuccessIn(text: string): PartialSuccess {
  try {
    return (JSON.parse(text) as { readonly partialSuccess?: PartialSuccess } | null)?.partialSuccess ?? {}
  } catch {
    return {}
  }
}
