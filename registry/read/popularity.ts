// How often something was wanted lately: a count that halves every few seconds, so that what was hot yesterday gives way.

const HALF_LIFE_MS = 10_000

export class Popularity {
  #count = 0
  #countedAt = 0

  /** `now` in milliseconds of the monotonic clock. */
  note(now: number): void {
    this.#count = this.at(now) + 1
    this.#countedAt = now
  }

  at(now: number): number {
    return this.#count * 2 ** ((this.#countedAt - now) / HALF_LIFE_MS)
  }
}
