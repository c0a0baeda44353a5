// The exit code that shells give to a program that a signal ended.
import { constants } from 'node:os'

export function signalCode(signal: NodeJS.Signals): number {
  return 128 + (constants.signals[signal] ?? 0)
}
