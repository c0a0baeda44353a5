// Result lines of `check/v1`, good ones and such as programs print by accident.
import { CHECK_STATUSES } from '../../../schemas/check-result.ts'

export const line = (status: string, more: object = {}) => JSON.stringify({ v: 1, status, summary: 'said', ...more })
/** Over several lines. */
export const pretty = (status: string) => JSON.stringify({ v: 1, status, summary: 'said' }, null, 2)
export const [OK, WARN, CRITICAL, UNKNOWN] = CHECK_STATUSES.map((status) => line(status)) as [
  ...[string, string, string, string],
]
/** Of exactly so many bytes. */
export function sized(status: string, bytes: number): string {
  const bare = Buffer.byteLength(line(status, { details: { fill: '' } }))
  return line(status, { details: { fill: 'x'.repeat(bytes - bare) } })
}
export const NOISE = `${'noise '.repeat(13)}\n`
export const ESC = '\u001b'
