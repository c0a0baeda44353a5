// `npm run bench`: octo beside its peers in one run. It reports; a timing never fails anything, only what breaks does.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openTerminal } from '../terminal/terminal.ts'
import { contest } from './contest.ts'
import { renderDocument } from './document.ts'
import { machineShape, peerVersions } from './machine.ts'
import type { BenchmarkResult, RunResult } from './model.ts'
import type { BenchOptions } from './options.ts'
import { HELP, parseOptions } from './options.ts'
import { makeBundle } from './ours/make-bundle.ts'
import { comparisonTable } from './report.ts'
import { messageOf, Scope } from './scope.ts'
import type { Suite } from './suite.ts'
import { SUITES } from './suites.ts'

const RESULTS = join(import.meta.dirname, 'results', 'latest.json')
/** Runs that are not whole are no results to quote. */
const PARTIAL = join(import.meta.dirname, '..', '.octo', 'bench', 'partial.json')
const DOCUMENT = join(import.meta.dirname, '..', 'docs', 'BENCHMARKS.md')

const terminal = openTerminal()
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))
process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv)
  if (options.help) process.stdout.write(HELP)
  else if (options.list) process.stdout.write(SUITES.map(({ name }) => `${name}\n`).join(''))
  else if (options.document) await writeDocument()
  else return await bench(options)
  return 0
}

async function bench(options: BenchOptions): Promise<number> {
  const chosen = SUITES.filter(({ name }) => options.only.length === 0 || options.only.includes(name))
  if (chosen.length === 0) {
    terminal.info(
      `no suite is called ${options.only.join(' or ')}; there are ${SUITES.map(({ name }) => name).join(', ')}`,
    )
    return 64
  }
  terminal.info('making the bundle of octo')
  try {
    await makeBundle()
  } catch (error) {
    terminal.info(messageOf(error))
    return 1
  }
  const outcomes: Outcome[] = []
  for (const suite of chosen) outcomes.push(await runSuite(suite, options.quick))
  const result = await describeRun(outcomes, options)
  terminal.table(comparisonTable(result))
  const whole = chosen.length === SUITES.length && !options.quick
  await save(whole ? RESULTS : PARTIAL, `${JSON.stringify(result, null, 1)}\n`)
  const absent = [...result.absent, ...result.benchmarks.flatMap((benchmark) => benchmark.absent)]
  return absent.some(({ kind }) => kind === 'failed') ? 1 : 0
}

type Outcome = Pick<RunResult, 'benchmarks' | 'absent'>

async function runSuite(suite: Suite, quick: boolean): Promise<Outcome> {
  terminal.info(`${suite.name}: setting up`)
  await using scope = await Scope.open(quick)
  const benchmarks: BenchmarkResult[] = []
  try {
    for (const benchmark of await suite.prepare(scope)) {
      terminal.info(`${suite.name}: ${benchmark.title}`)
      const log = (line: string) => terminal.info(line)
      benchmarks.push(await contest(benchmark, { quick, log }))
    }
  } catch (error) {
    scope.absent.push({ name: suite.name, kind: 'failed', reason: messageOf(error) })
  }
  for (const { name, kind, reason } of scope.absent) terminal.info(`${suite.name}: ${name} ${kind}: ${reason}`)
  return { benchmarks, absent: scope.absent }
}

async function describeRun(outcomes: readonly Outcome[], options: BenchOptions): Promise<RunResult> {
  const words = [...options.only.map((name) => `--only ${name}`), ...(options.quick ? ['--quick'] : [])]
  return {
    format: 'octo.bench/v1',
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' '),
    quick: options.quick,
    machine: machineShape(),
    versions: await peerVersions(),
    benchmarks: outcomes.flatMap(({ benchmarks }) => benchmarks),
    absent: outcomes.flatMap(({ absent }) => absent),
  }
}

async function writeDocument(): Promise<void> {
  const result = JSON.parse(await readFile(RESULTS, 'utf8')) as RunResult
  await save(DOCUMENT, renderDocument(result))
}

async function save(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
