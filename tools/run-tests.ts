// Runs the tests and ends in one line, `N passed, N failed[, N skipped]`. Exit code 1 on any failure, and when nothing ran.
//
//   npm test                            all but test/interop
//   npm test -- test/client timeouts    files and folders, or parts of their paths
//   OCTO_INTEROP=1 npm test             with test/interop, which needs programs of others
//   OCTO_TEST_FILE_TIMEOUT_MS=60000     stops a file that takes longer; ten minutes when nothing is said
//   OCTO_TEST_LATE=7                    files and timers late at random, as on a busy machine; the number is a seed
//   OCTO_TEST_CONCURRENCY=1             so many processes at a time; two for each processor otherwise
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { paintFor, processStreams, wantsColour } from '../terminal/index.ts'
import { areCurrent } from './bundle/bundles.ts'
import { batchesOf } from './testing/batches.ts'
import { chosenFiles } from './testing/chosen-files.ts'
import { longestFirst } from './testing/longest-first.ts'
import { bundlePackages } from './testing/packages.ts'
import type { FileOutcome } from './testing/recorder.ts'
import { renderFile, renderSum } from './testing/report.ts'
import { runFiles } from './testing/run-files.ts'
import { openTemporaryFolders } from './testing/temporary-folders.ts'

/** More of them than processors, as many wait for disks, kills and time; not so many that they starve each other. */
const DEFAULT_CONCURRENCY = Math.min(availableParallelism() * 2, 8)
const DEFAULT_FILE_TIMEOUT_MS = 600_000

const cwd = process.cwd()
const root = join(import.meta.dirname, '..')
const { out, env } = processStreams()
if (!areCurrent(root)) bundle()
// For `test/support/octo/run-octo.ts`: a source that changes meanwhile is for the next run.
process.env.OCTO_TEST_BUNDLE = areCurrent(root) ? 'current' : ''
await bundlePackages(root).catch((error: unknown) => {
  process.stderr.write(`packages could not be bundled, and are loaded as they are: ${error}\n`)
})
const paint = paintFor(wantsColour({ env, stream: out }))
const concurrency = Number(env.OCTO_TEST_CONCURRENCY) || DEFAULT_CONCURRENCY
const chosen = chosenFiles(process.argv.slice(2), { cwd, withInterop: env.OCTO_INTEROP === '1' })
const waiting = batchesOf(longestFirst(chosen), { cwd, processes: concurrency })
const timeoutMs = Number(env.OCTO_TEST_FILE_TIMEOUT_MS) || DEFAULT_FILE_TIMEOUT_MS
const outcomes: FileOutcome[] = []

using folders = openTemporaryFolders()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => endBy(signal))
await Promise.all(Array.from({ length: concurrency }, work))
process.exitCode = renderSum(outcomes, out, paint)

async function work(): Promise<void> {
  for (let files = waiting.shift(); files !== undefined; files = waiting.shift())
    for await (const outcome of runFiles(files, { timeoutMs, cwd, folders })) {
      outcomes.push(outcome)
      out.write(`${renderFile(outcome, paint)}\n`)
    }
}

function endBy(signal: NodeJS.Signals): void {
  folders[Symbol.dispose]()
  process.kill(process.pid, signal)
}

/** Tests start octo hundreds of times, which takes half as long from a bundle. */
function bundle(): void {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools/bundle/main.ts')], { encoding: 'utf8' })
  if (status !== 0) process.stderr.write(`octo could not be bundled, and is tested from its sources: ${stderr}\n`)
}
