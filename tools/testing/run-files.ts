// Runs test files one after another in one process, and says what became of each test. When the process ends before all of
// them, those that are left are run in another.
import { join } from 'node:path'
import { run } from 'node:test'
import { endedFile } from './file-ends.ts'
import type { FileOutcome, TestEvent } from './recorder.ts'
import { describeFailure, Recorder, WHOLE_FILE } from './recorder.ts'
import type { TemporaryFolders } from './temporary-folders.ts'

type Setting = { readonly timeoutMs: number; readonly cwd: string; readonly folders: TemporaryFolders }
type Event = { readonly type: string; readonly data: TestEvent }

const REQUIRED = ['compile-cache.cjs', 'untracked-promises.cjs']
/**
 * How V8 keeps memory, in MiB: loading fills the little that it begins with again and again, and all that lives is copied each time; a
 * process of tests ends before it holds what is worth a search. No threads beside it, as other processes have the processors.
 */
const MEMORY = ['--min-semi-space-size=16', '--initial-old-space-size=256', '--single-threaded-gc']
const PROCESS = join(import.meta.dirname, 'process.ts')

export async function* runFiles(files: readonly string[], setting: Setting): AsyncGenerator<FileOutcome> {
  for (let waiting = files; waiting.length > 0; ) {
    let ended = 0
    for await (const outcome of inOneProcess(waiting, setting)) {
      ended++
      yield outcome
    }
    waiting = waiting.slice(ended)
  }
}

/** Of at least one file: the process ends with the one that ended it. */
async function* inOneProcess(files: readonly string[], setting: Setting): AsyncGenerator<FileOutcome> {
  const { timeoutMs, cwd } = setting
  using folder = setting.folders.make()
  const tooLong = new AbortController()
  const timer = setTimeout(() => tooLong.abort(), timeoutMs)
  const names = process.env.OCTO_TEST_LATE ? [...REQUIRED, 'late.cjs'] : REQUIRED
  const required = names.flatMap((name) => ['--require', join(import.meta.dirname, name)])
  const execArgv = ['--disable-warning=ExperimentalWarning', ...MEMORY, ...required]
  const env = { ...process.env, TMPDIR: folder.path }
  const options = {
    files: [PROCESS],
    argv: [...files],
    isolation: 'process',
    signal: tooLong.signal,
    cwd,
    execArgv,
    env,
  }
  const events = run(options as Parameters<typeof run>[0]) as AsyncIterable<Event>
  let [ended, record] = [0, new Recorder(files[0] ?? '')]
  let ofProcess: string | undefined
  let isAtEnd = false
  for await (const { type, data } of events) {
    const file = endedFile(data.name ?? '')
    if (isOfProcess(data)) ofProcess = type === 'test:fail' ? describeFailure(data.details?.error) : ofProcess
    else if (file === undefined) record.take(type, data)
    else if (type === 'test:pass' || type === 'test:fail') {
      if (type === 'test:fail') record.fail(WHOLE_FILE, describeFailure(data.details?.error))
      // The last one ends with the process, and so does one that others cannot come after.
      isAtEnd = ++ended === files.length || type === 'test:fail'
      if (isAtEnd) continue
      yield record.finish()
      record = new Recorder(files[ended] ?? '')
      timer.refresh()
    }
  }
  clearTimeout(timer)
  if (tooLong.signal.aborted) record.fail(WHOLE_FILE, `did not end within ${timeoutMs / 1000} s`)
  else if (ofProcess !== undefined) record.fail(WHOLE_FILE, ofProcess)
  // With exit code 0, or after a failure of another file, nothing else tells of the tests that never ran.
  else if (!isAtEnd) record.fail(WHOLE_FILE, 'its process ended before its tests did')
  yield { ...record.finish(), left: folder.left() }
}

/** Node counts the file that it starts as a test, whose name is its path. */
function isOfProcess({ name, nesting }: TestEvent): boolean {
  return nesting === 0 && name === PROCESS
}
