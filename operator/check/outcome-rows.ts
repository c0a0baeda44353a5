// Shows every outcome once: row by row as checks end, when somebody waits for them, else all of them in one table in the
// order of the config.
import type { GrowingTable, Terminal } from '../../terminal/index.ts'
import type { CheckOutcome } from './outcome.ts'
import type { ExpectedCheck } from './render-table.ts'
import { expectedTable, outcomeRow, outcomeTable } from './render-table.ts'

export type OutcomeRows = {
  /** From now on each row is printed when it is known, and those that are known already. */
  grow(): void
  add(outcome: CheckOutcome): void
  /** Prints what is not printed yet. */
  finish(outcomes: readonly CheckOutcome[]): void
}

export function openOutcomeRows(terminal: Terminal, expected: readonly ExpectedCheck[]): OutcomeRows {
  const known: CheckOutcome[] = []
  let growing: GrowingTable | undefined
  const print = (outcome: CheckOutcome) => growing?.row(outcomeRow(outcome, terminal.paint))
  return {
    grow() {
      growing = terminal.growingTable(expectedTable(expected))
      known.forEach(print)
    },
    add(outcome) {
      known.push(outcome)
      print(outcome)
    },
    finish(outcomes) {
      if (!growing) terminal.table(outcomeTable(outcomes, terminal.paint))
    },
  }
}
