// `octo cache [list | verify | gc]`: the store of this machine, without any config.
import { statSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { HOUR_MS } from '../../schemas/duration.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { collectAbandoned } from '../../system/files/abandoned-directories.ts'
import { sweepProcessDirectories } from '../../system/files/process-directory.ts'
import { temporaryFolder } from '../../system/files/temporary-folder.ts'
import type { Terminal } from '../../terminal/index.ts'
import { count, formatBytes } from '../../terminal/index.ts'
import type { Run } from '../../terminal/program.ts'
import { collect } from '../store/collect.ts'
import { knownPrograms } from '../store/known-programs.ts'
import { namesInKnownLocks } from '../store/known-projects.ts'
import type { Layout } from '../store/layout.ts'
import { openStore } from '../store/open-store.ts'
import { storeRootOf } from '../store/root.ts'
import { blobsIn, verifyStore } from '../store/verify-store.ts'
import { cacheSummary } from './cache-summary.ts'

export type CacheOptions = { readonly dryRun?: boolean; readonly minAgeHours?: string }

export async function cacheCommand(
  word: 'summary' | 'list' | 'verify' | 'gc',
  { options, terminal }: Run<CacheOptions>,
): Promise<number> {
  const layout = openStore(storeRootOf(process.env))
  if (word === 'summary') return cacheSummary(layout, process.env, terminal)
  if (word === 'list') return list(layout, terminal)
  return word === 'verify' ? verify(layout, terminal) : gc(layout, options, terminal)
}

async function list(layout: Layout, terminal: Terminal): Promise<number> {
  const names = namesInKnownLocks(layout)
  const programs = knownPrograms(layout)
  const blobs = blobsIn(layout).map((digest) => {
    return {
      digest,
      bytes: statSync(layout.blob(digest)).size,
      usedBy: names.get(digest) ?? programs.get(digest) ?? [],
    }
  })
  if (terminal.json) terminal.result({ json: { root: layout.root, blobs }, text: () => '' })
  else {
    terminal.table({
      columns: [{ title: 'digest' }, { title: 'size', align: 'right' }, { title: 'used by', shrinks: true }],
      rows: blobs.map(({ digest, bytes, usedBy }) => [
        digest.slice(7, 19),
        formatBytes(bytes),
        usedBy.join(', ') || '–',
      ]),
    })
    const total = blobs.reduce((sum, { bytes }) => sum + bytes, 0)
    terminal.info(`${count(blobs.length, 'artifact')}, ${formatBytes(total)} in ${layout.root}`)
  }
  return 0
}

async function verify(layout: Layout, terminal: Terminal): Promise<number> {
  const { checked, problems } = await verifyStore(layout)
  terminal.result({
    json: { checked, problems },
    text: () =>
      [
        ...problems.map(({ path, problem }) => `${path}: ${problem}`),
        `${checked} checked, ${problems.length} damaged`,
      ].join('\n'),
  })
  if (problems.length === 0) return 0
  throw coded('STORE_CORRUPT', {
    message: `${count(problems.length, 'thing')} in the store ${quote(layout.root)} changed since it was verified`,
    details: { problems: problems.map(({ path }) => basename(path)) },
    hint: '`octo install` fetches what a config needs again; `octo cache gc` removes the rest in time',
  })
}

async function gc(
  layout: Layout,
  { dryRun = false, minAgeHours = '24' }: CacheOptions,
  terminal: Terminal,
): Promise<number> {
  const hours = Number(minAgeHours)
  if (!(hours >= 0)) throw coded('USAGE', { message: `expected a number of hours, found ${quote(minAgeHours)}` })
  const onWait = (line: string) => terminal.info(line)
  if (!dryRun) removeLeftovers(process.env)
  const removed = await collect(layout, { now: Date.now(), minAgeMs: hours * HOUR_MS, dryRun, onWait })
  const bytes = removed.reduce((sum, item) => sum + item.bytes, 0)
  terminal.result({
    json: { dryRun, bytes, removed },
    text: () =>
      [
        ...removed.map((item) => `${relative(layout.base, item.path)}  ${formatBytes(item.bytes)}  ${item.why}`),
        `${dryRun ? 'would remove' : 'removed'} ${count(removed.length, 'thing')}, ${formatBytes(bytes)}`,
      ].join('\n'),
  })
  return 0
}

/** Of killed runs, which else the next one to start a plugin removes. */
function removeLeftovers(env: NodeJS.ProcessEnv): void {
  collectAbandoned(temporaryFolder(env))
  sweepProcessDirectories(env)
}
