// What is mounted in a Vault of a test: key-value stores of both versions and an engine that makes credentials, with the answers
// that the documented API gives for them.
import { randomUUID } from 'node:crypto'

export type Fields = Record<string, unknown>

type KvVersion = { data: Fields | null; deletionTime: string; destroyed: boolean }

export type Mount =
  | { readonly type: 'kv'; readonly version: 1; readonly data: Record<string, Fields> }
  | { readonly type: 'kv'; readonly version: 2; readonly data: Record<string, KvVersion[]> }
  | { readonly type: 'database'; readonly ttl: number; readonly maxTtl: number; readonly renewable?: boolean }

export class Refused extends Error {
  readonly status: number
  readonly body: unknown

  constructor(status: number, errors: readonly string[], more: Fields = {}) {
    super(errors[0])
    this.status = status
    this.body = { ...more, errors }
  }
}

export function readPlain(data: Fields | undefined): Fields {
  if (!data) throw new Refused(404, [])
  return envelope({ lease_duration: 2_764_800, data })
}

export function readVersion(versions: readonly KvVersion[] = [], wanted: string | null): [number, Fields] {
  const number = wanted === null || wanted === '0' ? versions.length : Number(wanted)
  const version = versions[number - 1]
  if (!version) throw new Refused(404, [])
  const { data, deletionTime, destroyed } = version
  const metadata = {
    created_time: '2026-01-01T00:00:00Z',
    custom_metadata: null,
    deletion_time: deletionTime,
    destroyed,
    version: number,
  }
  return [data === null ? 404 : 200, envelope({ data: { data, metadata } })]
}

export const kv1 = (data: Record<string, Fields>): Mount => ({ type: 'kv', version: 1, data })

/** Each secret with its versions, oldest first; null is one that was deleted. */
export function kv2(secrets: Record<string, readonly (Fields | null)[]>, { destroyed = false } = {}): Mount {
  const versions = (all: readonly (Fields | null)[]): KvVersion[] =>
    all.map((data) => ({
      data,
      deletionTime: data === null && !destroyed ? '2026-02-03T04:05:06.7Z' : '',
      destroyed: data === null && destroyed,
    }))
  return {
    type: 'kv',
    version: 2,
    data: Object.fromEntries(Object.entries(secrets).map(([name, all]) => [name, versions(all)])),
  }
}

export function envelope(more: Fields): Fields {
  return {
    ...{
      request_id: randomUUID(),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: null,
      wrap_info: null,
      warnings: null,
      auth: null,
    },
    ...more,
  }
}
