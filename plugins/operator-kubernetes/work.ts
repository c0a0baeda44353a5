// What the rendering of one config knows and gathers. Files and variables of this machine come in as functions, so that the same
// input always gives the same objects.
import type { OperatedService, OperatorConfig } from '../../sdk/operator/index.ts'
import { OperatorProblem } from '../../sdk/operator/index.ts'
import type { Owner } from './objects.ts'
import type { Settings } from './settings.ts'

/** What a config names but does not hold. */
export type Given = {
  /** Content of a file, by a path that is absolute or relative to the config; throws OperatorProblem. */
  readFile(path: string): Buffer
  variable(name: string): string | undefined
}

export type Work = {
  readonly config: OperatorConfig
  readonly settings: Settings
  readonly owner: Owner
  readonly given: Given
  /** Whether the networks of services keep any two of them apart. */
  readonly areApart: boolean
  /** One line about what was left out or written otherwise. */
  note(line: string): void
}

/** Says which service it is about. */
export function problemOf({ name }: Pick<OperatedService, 'name'>, problem: string): OperatorProblem {
  return new OperatorProblem(`service \`${name}\`: ${problem}`)
}
