// Checks that share a thread or a process with others, and get it lost: twice, with no result between, and they are started as
// processes of their own from then on.
import type { CheckArguments } from '../../config/model/config.ts'

const MAX_LOSSES = 2

type Losses = {
  isOut(given: CheckArguments): boolean
  lost(given: CheckArguments): void
  answered(given: CheckArguments): void
}

export function openLosses(): Losses {
  const losses = new WeakMap<CheckArguments, number>()
  return {
    isOut: (given) => (losses.get(given) ?? 0) >= MAX_LOSSES,
    lost: (given) => void losses.set(given, (losses.get(given) ?? 0) + 1),
    answered: (given) => void losses.delete(given),
  }
}
