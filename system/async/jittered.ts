// Waits that are not all over at the same moment, where many begin together.

/** A time as much as `share` of it longer or shorter; `random` from 0 to 1. */
export function jittered(ms: number, { share, random }: { readonly share: number; readonly random: number }): number {
  return ms * (1 + share * (2 * random - 1))
}
