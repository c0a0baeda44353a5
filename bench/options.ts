// The words after `npm run bench --`.
import { parseArgs } from 'node:util'

export type BenchOptions = {
  readonly only: readonly string[]
  readonly quick: boolean
  readonly document: boolean
  readonly list: boolean
  readonly help: boolean
}

export const HELP = `usage: npm run bench -- [--only SUITE]… [--quick] [--document]

Runs octo and its peers side by side in interleaved rounds, prints the ratios and saves bench/results/latest.json.

  --only SUITE   run this suite only; may be repeated
  --quick        fewer rounds, smaller sizes: shows that everything runs, not how fast
  --document     write docs/BENCHMARKS.md from bench/results/latest.json and run nothing
  --list         print the names of the suites

example: npm run bench -- --only start --quick
`

export function parseOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      document: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  return values
}
