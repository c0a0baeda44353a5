// What octo stands on: itself, its Node, the folder for temporary files, room and safety of the store.
import { accessSync, constants, statSync } from 'node:fs'
import type { ExaminedShared, ExaminedStore } from '../../client/index.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { problemOfTemporary, temporaryFolder } from '../../system/files/temporary-folder.ts'
import { octoVersion } from '../../system/octo-version.ts'
import { count, formatBytes } from '../../terminal/index.ts'
import { lastingStart } from '../link/lasting-start.ts'
import type { Finding } from './finding.ts'
import { finding, refusal } from './finding.ts'

type Environment = Readonly<Record<string, string | undefined>>

const LITTLE_BYTES = 1024 ** 3
/** Below this an ordinary plugin finds no room. */
const NO_BYTES = 64 * 1024 ** 2
const LITTLE_FILES = 2000

export function examineMachine(env: Environment): readonly Finding[] {
  const { node } = process.versions
  const [, script = ''] = lastingStart().words
  return [
    finding('good', 'octo', `${octoVersion()}, started from ${script}`),
    finding('good', 'node', `${node} for ${process.platform} on ${process.arch}, ${process.execPath}`),
    temporaryFinding(env),
  ]
}

function temporaryFinding(env: Environment): Finding {
  const folder = temporaryFolder(env)
  const subject = 'temporary folder'
  const reason = whyUnusable(folder)
  if (reason === undefined) return finding('good', subject, folder)
  const named = ['TMPDIR', 'TMP', 'TEMP'].find((name) => env[name])
  const hint =
    named === undefined || problemOfTemporary(folder)
      ? 'set TMPDIR to a folder of your own'
      : `make it, or unset ${named}`
  return finding('bad', subject, `${quote(folder)} cannot be used (${reason})`, hint)
}

function whyUnusable(folder: string): string | undefined {
  const shared = problemOfTemporary(folder)
  if (shared) return `${quote(shared.place)} ${shared.problem}`
  try {
    if (!statSync(folder).isDirectory()) return 'ENOTDIR'
    accessSync(folder, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}

export function examineStoreFolder(store: ExaminedStore): readonly Finding[] {
  if (store.state === 'refused') return [refusal('store', store.error)]
  const { root, refusesPrograms } = store
  const start =
    refusesPrograms === undefined
      ? finding('good', 'store', root)
      : finding(
          'bad',
          'store',
          `no program can be started from ${quote(root)} (${refusesPrograms})`,
          'set OCTO_HOME to a folder of a file system that is mounted without `noexec`, and where no policy forbids programs',
        )
  return [start, roomFinding(store)]
}

/** One that cannot be used keeps nobody from anything: octo goes on with the own store. */
export function sharedStoreFinding(shared: ExaminedShared): Finding {
  const { root } = shared
  if (shared.state === 'usable')
    return finding('good', 'shared store', `${root}, ${count(shared.artifacts, 'artifact')}`)
  return finding('warning', 'shared store', `${quote(root)} is passed over: it ${shared.problem}`, shared.hint)
}

function roomFinding({ root, freeBytes, freeFiles }: Extract<ExaminedStore, { state: 'open' }>): Finding {
  const files = freeFiles === undefined || freeFiles >= LITTLE_FILES ? '' : `, and room for ${count(freeFiles, 'file')}`
  const said = `${formatBytes(freeBytes)} free${files}`
  const state = freeBytes < NO_BYTES ? 'bad' : freeBytes < LITTLE_BYTES || files !== '' ? 'warning' : 'good'
  const hint =
    state === 'good' ? undefined : `see what uses it with \`du -sh ${shellWord(root)}\`, and run \`octo cache gc\``
  return finding(state, 'disk of the store', said, hint)
}
