// The options of every word that works on a config: which one, its lockfile, and how much may be changed or fetched.
import type { Command } from 'commander'
import { repeatable } from '../terminal/repeatable.ts'

export function shared(command: Command): Command {
  return command
    .option('-c, --config <file>', 'config file or URL; repeat for several, the first one is strongest', repeatable)
    .option('--lock <file>', 'lockfile (default: octo.lock beside octo.yaml, prod.lock beside prod.yaml)')
    .option('--frozen', 'use exactly what the lockfile says, never change it')
    .option('--offline', 'open no connection; everything must be installed already')
}
