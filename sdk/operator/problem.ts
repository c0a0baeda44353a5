// What an operator cannot do, as one line for people and an exit code.

/** Exit codes of sysexits.h, as octo uses them. */
export const OPERATOR_EXIT = { failed: 1, usage: 64, unavailable: 69, config: 78, missing: 127 } as const

export class OperatorProblem extends Error {
  override readonly name = 'OperatorProblem'
  readonly exitCode: number

  /** One sentence: lower case, no full stop, what was expected and found. */
  constructor(message: string, exitCode: number = OPERATOR_EXIT.config) {
    super(message)
    this.exitCode = exitCode
  }
}
