// When something that comes again and again is due. Each has its own moment in its interval, made of its name: whatever starts
// together does not run together for ever, and no run moves the next one.
const RANGE = 2 ** 32

/** From 0 to less than 1, the same for a name each time. */
export function phaseOf(name: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  // Names that differ in their last letter alone differ little until here.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / RANGE
}

type Rhythm = {
  readonly intervalMs: number
  /** The share of the interval after whole ones at which it is due. */
  readonly phase: number
}

/** Its first moment that is not before `from`. */
export function momentFrom(from: number, { intervalMs, phase }: Rhythm): number {
  return (Math.ceil(from / intervalMs - phase) + phase) * intervalMs
}
