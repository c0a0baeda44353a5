// The arguments of one check. What cannot be rendered, as with a variable that is not set, may be the problem of that check alone; what
// a document may not do is always one of the whole config.
import type { CodedError } from '../../schemas/errors.ts'
import { isCoded } from '../../schemas/errors.ts'
import { keptError } from '../../schemas/kept-error.ts'
import type { MapNode } from '../document/node.ts'
import { isUnrendered } from '../document/template.ts'
import { attempt } from '../document/warnings.ts'
import { NOTHING, readArguments } from './arguments.ts'
import type { CheckArguments } from './config.ts'

type Read = {
  readonly arguments: CheckArguments
  /** Why it has none, so that it cannot run. */
  readonly problem?: CodedError
}

export function readCheckArguments(map: MapNode, reading: Parameters<typeof readArguments>[1]): Read {
  const { warnings } = reading
  const problems: unknown[] = []
  const report = (error: unknown) => void problems.push(error)
  const collecting = warnings.keepsUnrendered ? { ...warnings, report } : warnings
  const read = attempt(collecting, () => readArguments(map, { ...reading, warnings: collecting }))
  for (const problem of problems) if (!isUnrendered(problem)) warnings.report(problem)
  const problem = problems.find((one): one is CodedError => isCoded(one))
  return { arguments: read ?? NOTHING, ...(problem ? { problem: keptError(problem) } : {}) }
}
