// Lets this thread stand still, for who has to wait where nothing can be awaited.

export function standStill(milliseconds: number): void {
  // Nobody wakes it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
