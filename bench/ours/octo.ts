// octo as people start it: its launcher under this Node.
import { join } from 'node:path'
import type { Command } from '../child.ts'

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'octo.js')

export function octo(words: readonly string[], rest: Omit<Command, 'file' | 'args'> = {}): Command {
  return { file: process.execPath, args: [LAUNCHER, ...words], ...rest }
}
