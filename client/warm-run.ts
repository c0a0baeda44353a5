// Answers a repeated run without any proof library: a record says which inputs the whole path had, and what it proved. Any
// input that changed, and any file that is not exactly the one that was hashed, makes it a miss. Imports nothing heavy.
import { hash } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import type { OctoConfig } from '../schemas/config/config.ts'
import type { VerifiedExecutable } from './executable.ts'
import { octoVersion } from './octo-version.ts'
import { writeWhole } from './store/files.ts'
import type { Layout, StoredArtifact } from './store/layout.ts'
import { layoutOf } from './store/layout.ts'
import { isRemembered } from './store/memo.ts'

export type WarmRunKey = {
  readonly storeRoot: string
  /** Absolute paths. */
  readonly configPath: string
  readonly lockPath: string
  /** What was typed: `[repo/]plugin[@range]`. */
  readonly request: string
  readonly platform: string
}

type Input = { readonly path: string; readonly sha256: string }
type WarmRecord = {
  readonly inputs: readonly Input[]
  readonly stored: StoredArtifact
  readonly executable: VerifiedExecutable
}

/** The executable, checked a moment ago; undefined whenever anything is not as it was. Never throws. */
export function readWarmRun(key: WarmRunKey): VerifiedExecutable | undefined {
  try {
    const layout = layoutOf(key.storeRoot)
    if (!isOwned(layout.root) || !isOwned(layout.base)) return undefined
    const record = JSON.parse(readFileSync(layout.warmRecord(nameOf(key)), 'utf8')) as WarmRecord
    if (!record.inputs.every(({ path, sha256 }) => hash('sha256', readFileSync(path)) === sha256)) return undefined
    return isRemembered(layout, record.stored) ? record.executable : undefined
  } catch {
    return undefined
  }
}

export type WarmRun = {
  readonly key: WarmRunKey
  readonly config: OctoConfig
  readonly stored: StoredArtifact
  readonly executable: VerifiedExecutable
}

/** Records what the whole path proved; not where its inputs cannot all be compared, or where each run has to warn. */
export function writeWarmRun(layout: Layout, { key, config, stored, executable }: WarmRun): void {
  if (executable.signer === 'unsigned' || config.warnings.length > 0) return
  if (config.keyFiles === undefined || config.files.some((file) => /^[a-z]+:\/\//.test(file))) return
  const inputs = [...new Set([key.configPath, ...config.files, ...config.keyFiles, key.lockPath])].map(inputOf)
  // Templates read the environment, which is not compared.
  if (inputs.some(({ text }) => text.includes('{{'))) return
  const record: WarmRecord = { inputs: inputs.map(({ path, sha256 }) => ({ path, sha256 })), stored, executable }
  writeWhole(layout.warmRecord(nameOf(key)), JSON.stringify(record), { staging: layout.staging })
}

function inputOf(path: string): Input & { readonly text: string } {
  const bytes = readFileSync(path)
  return { path, sha256: hash('sha256', bytes), text: bytes.toString('latin1') }
}

function nameOf({ configPath, lockPath, request, platform }: WarmRunKey): string {
  return hash('sha256', JSON.stringify([octoVersion(), configPath, lockPath, request, platform]))
}

function isOwned(folder: string): boolean {
  const owner = process.getuid?.()
  const { uid, mode } = lstatSync(folder)
  return owner === undefined || (uid === owner && (mode & 0o022) === 0)
}
