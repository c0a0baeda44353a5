// `npm run fuzz -- documents|archives [--seconds N] [--seed N]`: looks for inputs that two readers take differently.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzzArchive } from './archives.ts'
import { fuzzDocument } from './documents.ts'
import { randomOf } from './random.ts'
import { openReaders } from './readers.ts'

const FUZZERS = { documents: fuzzDocument, archives: fuzzArchive }
const MAX_FOUND = 10

const USAGE = `npm run fuzz -- documents|archives [--seconds N] [--seed N]

Looks for inputs that octo and another reader take differently; ends with 1 if it found some.

  --seconds N  how long to look, 60
  --seed N     the inputs of an earlier run; each run prints its seed
  --help       this text

example: npm run fuzz -- archives --seconds 600
`

type Order = { readonly what: keyof typeof FUZZERS; readonly seconds: number; readonly seed: number }

const asked = readOrder(process.argv.slice(2))
if (typeof asked === 'object') process.exitCode = await run(asked)
else if (asked === 'help') process.stdout.write(USAGE)
else {
  process.stderr.write(`expected ${asked}\n\n${USAGE}`)
  process.exitCode = 64
}

/** What to do, or what was expected in place of the words. */
function readOrder(words: readonly string[]): Order | string {
  const { values, positionals, tokens } = parseArgs({
    args: [...words],
    options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' }, help: { type: 'boolean' } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  if (values.help) return 'help'
  const unknown = tokens.find((token) => token.kind === 'option' && !['seconds', 'seed'].includes(token.name))
  const [what] = positionals
  const seconds = Number(values.seconds)
  const seed = values.seed === undefined ? Date.now() % 2 ** 32 : Number(values.seed)
  if (unknown) return '`--seconds N` and `--seed N` as the only options'
  if ((what !== 'documents' && what !== 'archives') || positionals.length > 1) return '`documents` or `archives`'
  if (!(seconds > 0)) return 'a number of seconds behind `--seconds`'
  return Number.isSafeInteger(seed) ? { what, seconds, seed } : 'a whole number behind `--seed`'
}

async function run({ what, seconds, seed }: Order): Promise<number> {
  await using readers = await openReaders({ short: false })
  process.stdout.write(`seed ${seed}, read by octo${readers.found.map(({ name }) => `, ${name}`).join('')}\n`)
  for (const reason of readers.missing) process.stdout.write(`not by ${reason}\n`)
  const folder = mkdtempSync(join(tmpdir(), 'octo-fuzz-'))
  try {
    return await walk({ what, seconds, seed }, { random: randomOf(seed), readers, folder })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function walk({ what, seconds }: Order, fuzzing: Parameters<typeof fuzzDocument>[0]): Promise<number> {
  const end = performance.now() + seconds * 1000
  const counts: Record<string, { tried: number; taken: number }> = {}
  let found = 0
  while (performance.now() < end && found < MAX_FOUND) {
    const { kind, taken, problem } = await FUZZERS[what](fuzzing)
    counts[kind] ??= { tried: 0, taken: 0 }
    counts[kind].tried++
    if (taken) counts[kind].taken++
    if (problem === undefined) continue
    found++
    process.stdout.write(`${kind}: ${problem}\n`)
  }
  for (const [kind, { tried, taken }] of Object.entries(counts))
    process.stdout.write(`${kind}: ${tried} tried, ${taken} taken\n`)
  process.stdout.write(`${found} found\n`)
  return found > 0 ? 1 : 0
}
