// Which test files share a process. Starting one and loading octo into it takes longer than most files, so that those of a
// folder run one after another in the same.
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { LONGEST } from './longest-first.ts'

/** So that a process that one of them ends is not missed for long, and all processors have work until the end. */
const MOST_IN_A_PROCESS = 16
/** Set up and taken down for all files of a process, where they are not of one suite. */
const HOOKS = /^import \{[^}]*\b(?:before|after|beforeEach|afterEach|mock)\b[^}]*\} from 'node:test'/m

/** Folders whose files mostly wait for processes that they start: long enough for a few of them to keep a processor busy to the end. */
const STARTERS = ['demo', 'docs', 'faults', 'fuzz', 'interop', 'journeys', 'tools']
const MOST_STARTERS_IN_A_PROCESS = 4

/** At least as many as can run at a time, as far as there are files. */
export function batchesOf(
  files: readonly string[],
  { cwd, processes }: { cwd: string; processes: number },
): string[][] {
  const fair = Math.ceil(files.length / processes)
  const batches: string[][] = []
  let folder: string | undefined
  for (const file of files) {
    const isAlone = needsOwnProcess(file, cwd)
    const most = Math.min(isStarter(file) ? MOST_STARTERS_IN_A_PROCESS : MOST_IN_A_PROCESS, fair)
    const last = batches.at(-1)
    if (!isAlone && last && folder === folderOf(file) && last.length < most) last.push(file)
    else batches.push([file])
    folder = isAlone ? undefined : folderOf(file)
  }
  return batches
}

function needsOwnProcess(file: string, cwd: string): boolean {
  return LONGEST.includes(file) || HOOKS.test(readFileSync(join(cwd, file), 'utf8'))
}

function isStarter(file: string): boolean {
  return STARTERS.some((folder) => file.startsWith(`test/${folder}/`))
}

/** `test/client` of `test/client/lockfile/file.test.ts`. */
function folderOf(file: string): string {
  return posix.dirname(file).split('/', 2).join('/')
}
