// Lets the program stand still, where it reads and writes without awaiting.

export function standStill(milliseconds: number): void {
  // Nobody wakes it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
