// Runs a child process as plugins are run: its output is kept and its failures are named as theirs are.
import { pluginLaunchWords } from '../../../operator/exec/launch-words.ts'
import { KEPT_OUTPUT } from '../../../operator/result/kept-output.ts'
import type { Launch } from '../../../system/process/launch.ts'
import type { Ending, RunOptions } from '../../../system/process/run-process.ts'
import { runProcess } from '../../../system/process/run-process.ts'

export function runChild(what: Launch, options: Omit<RunOptions, 'kept' | 'words'>): Promise<Ending> {
  return runProcess(what, { words: pluginLaunchWords, kept: KEPT_OUTPUT, ...options })
}
