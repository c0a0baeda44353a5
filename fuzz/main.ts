// `npm run fuzz -- documents|archives [--seconds N] [--seed N]`: looks for inputs that two readers take differently.
import { parseArgs } from 'node:util'
import { fuzzArchive } from './archives.ts'
import { fuzzDocument } from './documents.ts'
import { randomOf } from './random.ts'
import { openSecondReader } from './second-reader.ts'

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
  allowPositionals: true,
})
const seed = values.seed === undefined ? Date.now() % 2 ** 32 : Number(values.seed)
const fuzz = positionals[0] === 'archives' ? fuzzArchive : fuzzDocument
using second = openSecondReader()
const random = randomOf(seed)
const end = performance.now() + Number(values.seconds) * 1000
let [tried, found] = [0, 0]
process.stdout.write(`seed ${seed}${second ? '' : ', without a second reader'}\n`)
while (performance.now() < end && found < 10) {
  tried++
  const difference = await fuzz(random, second)
  if (difference === undefined) continue
  found++
  process.stdout.write(`${difference}\n`)
}
process.stdout.write(`${tried} tried, ${found} found\n`)
process.exitCode = found > 0 ? 1 : 0
