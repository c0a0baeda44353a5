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

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
  allowPositionals: true,
})
const [word] = positionals
if (word !== 'documents' && word !== 'archives') {
  process.stderr.write('expected `documents` or `archives`\n')
  process.exitCode = 64
} else process.exitCode = await run(word)

async function run(what: keyof typeof FUZZERS): Promise<number> {
  const seed = values.seed === undefined ? Date.now() % 2 ** 32 : Number(values.seed)
  await using readers = await openReaders({ short: false })
  process.stdout.write(`seed ${seed}, read by octo${readers.found.map(({ name }) => `, ${name}`).join('')}\n`)
  for (const reason of readers.missing) process.stdout.write(`not by ${reason}\n`)
  const folder = mkdtempSync(join(tmpdir(), 'octo-fuzz-'))
  try {
    return await walk(what, { random: randomOf(seed), readers, folder })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function walk(what: keyof typeof FUZZERS, fuzzing: Parameters<typeof fuzzDocument>[0]): Promise<number> {
  const end = performance.now() + Number(values.seconds) * 1000
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
