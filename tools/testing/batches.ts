// Which test files share a process. Starting one and loading octo into it takes longer than most files, so that those of a
// folder run one after another in the same.
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { LONGEST } from './longest-first.ts'

/** So that a process that one of them ends is not missed for long. */
const MOST_IN_A_PROCESS = 32
/** Set up and taken down for all files of a process, where they are not of one suite. */
const HOOKS = /^import \{[^}]*\b(?:before|after|beforeEach|afterEach|mock)\b[^}]*\} from 'node:test'/m

/** Folders whose files mostly wait for processes that they start, so that each of them takes as long as many others. */
const STARTERS = ['demo', 'docs', 'faults', 'fuzz', 'interop', 'journeys', 'tools']
const MOST_STARTERS_IN_A_PROCESS = 4

/** At least as many as can run at a time, as far as there are files, and smaller ones at the end, so that all processors have work until then. */
export function batchesOf(
  files: readonly string[],
  { cwd, processes }: { cwd: string; processes: number },
): string[][] {
  const batches: string[][] = []
  let shared: { readonly files: string[]; readonly folder: string; readonly most: number } | undefined
  for (const [at, file] of files.entries()) {
    if (needsOwnProcess(file, cwd)) {
      batches.push([file])
      continue
    }
    const folder = folderOf(file)
    if (shared === undefined || shared.folder !== folder || shared.files.length === shared.most) {
      const share = Math.ceil((files.length - at) / (2 * processes - 1))
      shared = { files: [], folder, most: Math.min(mostWith(file), share) }
      batches.push(shared.files)
    }
    shared.files.push(file)
  }
  return batches
}

function needsOwnProcess(file: string, cwd: string): boolean {
  return LONGEST.includes(file) || HOOKS.test(readFileSync(join(cwd, file), 'utf8'))
}

function mostWith(file: string): number {
  return STARTERS.some((folder) => file.startsWith(`test/${folder}/`)) ? MOST_STARTERS_IN_A_PROCESS : MOST_IN_A_PROCESS
}

/** `test/client` of `test/client/lockfile/file.test.ts`. */
function folderOf(file: string): string {
  return posix.dirname(file).split('/', 2).join('/')
}
