// Whether the memory of this process is octo's to set. In a program that runs octo's commands beside work of its own it is that
// program's: what V8 and the C library are told holds for a whole process, and for as long as it lives.
let isGuest = false

/** Until it is disposed of, octo leaves the memory of this process as it is. */
// allow(dead-export): for whoever runs octo's commands in a process of their own, as the tests do
export function asGuest(): Disposable {
  const before = isGuest
  isGuest = true
  return {
    [Symbol.dispose]: () => {
      isGuest = before
    },
  }
}

export function isMemoryOurs(): boolean {
  return !isGuest
}
