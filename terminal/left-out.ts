// What stands in the bundle of octo's help in place of all that commands do. Whoever meets it learns that octo.ts is to be asked.

class LeftOut extends Error {
  override name = 'LeftOut'
}

export function isLeftOut(error: unknown): boolean {
  return error instanceof LeftOut
}

function leave(): never {
  throw new LeftOut('this belongs to octo.ts')
}

/** Fits whatever is exported anywhere: calling it, making one of it and looking into it all throw. */
// biome-ignore lint/suspicious/noExplicitAny: it stands for values of every type.
export const leftOut: any = new Proxy(leave, {
  apply: leave,
  construct: leave,
  get: leave,
  has: leave,
  ownKeys: leave,
})
