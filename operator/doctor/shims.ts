// Whether the shims that were written from this store are still what octo wrote and find everything as it was, and the command
// that mends them.
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import type { ShimRecord, ShimRecords } from '../../client/index.ts'
import { openShimRecords, storeRootOf } from '../../client/index.ts'
import { throwDefect } from '../../schemas/errors.ts'
import { printable, quote, shellWord } from '../../schemas/quote.ts'
import { count } from '../../terminal/index.ts'
import type { CheckedShim } from '../link/check-shims.ts'
import { checkKnown } from '../link/check-shims.ts'
import { requireShimFolder } from '../link/folder.ts'
import { linkedBy } from '../link/render-shim.ts'
import { kindOf } from '../link/shim-file.ts'
import type { Finding, FindingState } from './finding.ts'
import { finding, refusal } from './finding.ts'

type Environment = Readonly<Record<string, string | undefined>>

const SUBJECT = 'shims'
const MAX_HINT = 1000

/** None where nothing was linked, or the folder is gone: nobody can call what was in it. */
export async function shimFindings(env: Environment): Promise<readonly Finding[]> {
  try {
    const records = await openShimRecords(storeRootOf(env))
    const found = await Promise.all(
      records
        .folders()
        .filter(isFolder)
        .map((folder) => findingsIn(folder, records, env)),
    )
    return found.flat()
  } catch (error) {
    throwDefect(error)
    return [refusal(SUBJECT, error)]
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

async function findingsIn(folder: string, records: ShimRecords, env: Environment): Promise<readonly Finding[]> {
  try {
    requireShimFolder(folder, folder)
    const known = records.inFolder(folder)
    const checked = await Promise.all(known.map(async (record) => ({ record, found: await checkKnown(record, env) })))
    const wrong = checked.filter(({ found }) => found.state !== 'good')
    if (wrong.length === 0) return [finding('good', SUBJECT, `${folder}, ${count(known.length, 'shim')}`)]
    const groups = Map.groupBy(wrong, (one) => `${one.found.state} ${remedyOf(one)}`)
    return [...groups.values()].map((group) => findingOf(group, { folder, total: known.length }))
  } catch (error) {
    throwDefect(error)
    return [refusal(SUBJECT, error)]
  }
}

type WrongShim = { readonly record: ShimRecord; readonly found: CheckedShim }

/** What does the same for several is told once. */
function remedyOf({ record: { path, text }, found: { state } }: WrongShim): string {
  const options = linkedBy(text)?.options.join(' ') ?? ''
  return state === 'changed' && kindOf(path) === 'foreign' ? `${path} ${options}` : options
}

/** A stale one goes the long way and does what it should; what octo did not write may do anything. */
const STATES: Readonly<Record<CheckedShim['state'], FindingState>> = {
  good: 'good',
  stale: 'warning',
  missing: 'warning',
  unknown: 'warning',
  changed: 'bad',
}

function findingOf(group: readonly WrongShim[], { folder, total }: { folder: string; total: number }): Finding {
  const [first] = group as readonly [WrongShim, ...WrongShim[]]
  const { state, problem = '' } = first.found
  const names = group.map(({ record }) => basename(record.path))
  const said = `${count(group.length, 'shim')} of ${total} in ${quote(folder)} ${group.length === 1 ? 'is' : 'are'} ${state}: ${names.map(quote).join(', ')} (${problem})`
  return finding(STATES[state], SUBJECT, said, printable(hintFor(group, folder), MAX_HINT))
}

function hintFor(group: readonly WrongShim[], folder: string): string {
  const [first] = group as readonly [WrongShim, ...WrongShim[]]
  const requests = group.map(({ record }) => linkedBy(record.text)?.request ?? shellWord(record.plugin))
  const words = ['octo link', ...requests, '--to', shellWord(folder), ...(linkedBy(first.record.text)?.options ?? [])]
  const again = `\`${words.join(' ')}\` writes ${group.length === 1 ? 'it' : 'them'} again`
  const { path } = first.record
  if (first.found.state === 'changed' && kindOf(path) === 'foreign')
    return `look at what it is; \`mv ${shellWord(path)} ${shellWord(`${path}.found`)}\` puts it aside, then ${again}`
  if (first.found.state !== 'missing') return again
  const names = group.map(({ record }) => basename(record.path)).join(' ')
  return `${again}; \`octo unlink ${names} --from ${shellWord(folder)}\` forgets ${group.length === 1 ? 'it' : 'them'}`
}
