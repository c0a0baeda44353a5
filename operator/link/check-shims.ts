// `octo link --check`: is each shim in a folder the text that octo wrote, and does it still find everything as it was?
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ShimRecord, ShimRecords } from '../../client/index.ts'
import { coded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { onDisk } from '../../system/files/errors.ts'
import { problemOfPath } from '../../system/files/owned-path.ts'
import type { Terminal } from '../../terminal/index.ts'
import { count } from '../../terminal/index.ts'
import { differenceOf } from './comparison.ts'
import { kindOf } from './shim-file.ts'
import { witnessOf } from './witness.ts'

type State = 'good' | 'changed' | 'missing' | 'stale' | 'unknown'

export type CheckedShim = {
  readonly path: string
  readonly state: State
  readonly plugin?: string
  readonly version?: string
  readonly problem?: string
}

type Place = {
  /** Of the store that this user's environment names. */
  readonly records: ShimRecords
  readonly env: Readonly<Record<string, string | undefined>>
  readonly terminal: Terminal
}

/** Throws SHIM_CHANGED unless all are good. */
export async function checkShims(folder: string, { records, env, terminal }: Place): Promise<number> {
  const shims = await shimsIn(folder, records, env)
  const wrong = shims.filter(({ state }) => state !== 'good')
  if (terminal.json) terminal.result({ json: { folder, shims }, text: () => '' })
  else if (shims.length === 0) terminal.info(`no shims in ${quote(folder)}`)
  else {
    terminal.table({
      columns: [{ title: 'state' }, { title: 'shim' }, { title: 'plugin' }, { title: 'problem', shrinks: true }],
      rows: (terminal.quiet ? wrong : shims).map(({ state, path, plugin = '', version = '', problem = '' }) => [
        ...[state, basename(path)],
        ...[`${plugin} ${version}`.trim(), problem],
      ]),
    })
  }
  if (wrong.length === 0) return 0
  throw coded('SHIM_CHANGED', {
    message: `${count(wrong.length, 'shim')} of ${shims.length} in ${quote(folder)} ${wrong.length === 1 ? 'is' : 'are'} not good`,
    details: { folder, shims: wrong.map(({ path, state }) => ({ path, state })) },
    hint: `\`octo link PLUGIN --to ${shellWord(folder)}\` writes one again; \`octo unlink NAME --from ${shellWord(folder)}\` takes one away`,
  })
}

async function shimsIn(folder: string, records: ShimRecords, env: Place['env']): Promise<readonly CheckedShim[]> {
  const known = records.inFolder(folder)
  const paths = new Set(known.map(({ path }) => path))
  const others = onDisk(folder, () => readdirSync(folder).sort())
    .map((name) => join(folder, name))
    .filter((path) => !paths.has(path) && isShimFile(path))
  return Promise.all([
    ...known.map((record) => checkKnown(record, env)),
    ...others.map(async (path): Promise<CheckedShim> => {
      const record = await writtenByAnother(path, env)
      return record ? checkOne(record) : { path, state: 'unknown', problem: 'the store of this user has no copy of it' }
    }),
  ])
}

/** One of which the store has a copy. */
export async function checkKnown(record: ShimRecord, env: Place['env']): Promise<CheckedShim> {
  return checkOne((await writtenByAnother(record.path, env, record.text)) ?? record)
}

/** What this user may not read is no shim that this user runs. */
function isShimFile(path: string): boolean {
  try {
    return kindOf(path) === 'shim'
  } catch {
    return false
  }
}

/** A copy that is older than the shim, as another store wrote that one since, does not speak of it. */
async function writtenByAnother(path: string, env: Place['env'], known?: string): Promise<ShimRecord | undefined> {
  const text = isShimFile(path) ? onDisk(path, () => readFileSync(path, 'utf8')) : undefined
  return text === undefined || text === known ? undefined : witnessOf(path, text, env)
}

function checkOne({ path, text, plugin, version, comparison }: ShimRecord): CheckedShim {
  const found = (state: State, problem?: string): CheckedShim => {
    return { path, state, plugin, version, ...omitUndefined({ problem }) }
  }
  const stat = onDisk(path, () => lstatSync(path, { throwIfNoEntry: false }))
  if (!stat) return found('missing', 'there is no such file')
  if (!stat.isFile()) return found('changed', 'it is no file')
  if (onDisk(path, () => readFileSync(path, 'utf8')) !== text)
    return found('changed', 'it is not the text that octo wrote')
  const exposed = problemOfPath(path)
  if (exposed) return found('changed', `${quote(exposed.place)} ${exposed.problem}`)
  if ((stat.mode & 0o111) === 0) return found('changed', 'it cannot be executed')
  const different = comparison && differenceOf(comparison)
  return different === undefined
    ? found('good')
    : found('stale', `${quote(different)} changed: the next run goes to octo`)
}
