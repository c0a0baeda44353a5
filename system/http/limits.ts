// How long and how large anything of HTTP may be here.

/** Node's own default of 16 KiB is less than what some single sign-on proxies send; curl takes 300 KiB. */
export const MAX_HEADER_BYTES = 320 * 1024
export const MAX_REDIRECTS = 5
/** Of one origin at once. */
export const MAX_CONNECTIONS = 16

export type Timeouts = {
  /** Until there is a connection. */
  readonly connectMs: number
  /** Until the first byte of an answer. */
  readonly answerMs: number
  /** Between two chunks. */
  readonly idleMs: number
  /** Bodies slower than `minBytesPerSecond` over this time are given up. */
  readonly slowMs: number
  readonly minBytesPerSecond: number
  /** After so long without an answer it is said that one is waited for. */
  readonly noticeMs: number
}

export const TIMEOUTS: Timeouts = {
  connectMs: 30_000,
  answerMs: 30_000,
  idleMs: 30_000,
  slowMs: 30_000,
  minBytesPerSecond: 1024,
  noticeMs: 4_000,
}
