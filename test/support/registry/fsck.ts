// `octo registry fsck` over a data directory that no registry is serving: database, blobs and tree agree.
import assert from 'node:assert/strict'
import pino from 'pino'
import { openRegistry } from '../../../registry/open-registry.ts'
import { registrySettings } from '../../../registry/settings.ts'
import { typeOcto } from '../octo/in-process-octo.ts'

type FsckReport = {
  readonly versions: number
  readonly orphans: number
  readonly problems: readonly unknown[]
  readonly tree: { readonly problems: number; readonly findings: readonly unknown[] } | null
}

export async function expectCleanFsck(dataDir: string): Promise<FsckReport> {
  const report = await runFsck(dataDir)
  if (report.tree) return report
  // Stopped before its look over the tree was over, it left no mark: the next start looks to the end.
  await lookOverTree(dataDir)
  const second = await runFsck(dataDir)
  assert.ok(second.tree, 'the tree was not looked at')
  return second
}

async function lookOverTree(dataDir: string): Promise<void> {
  const config = registrySettings({ dataDir, baseUrl: 'https://plugins.example.com' })
  const registry = await openRegistry({ config, logger: pino({ level: 'silent' }), existing: true })
  await registry.tree.check()
  await registry.close()
}

async function runFsck(dataDir: string): Promise<FsckReport> {
  const { code, stdout, stderr } = await typeOcto(['registry', 'fsck', '--data', dataDir, '--json'])
  assert.ok(stdout.startsWith('{'), `fsck: ${stderr}`)
  const report = JSON.parse(stdout) as FsckReport
  assert.deepEqual(report.problems, [])
  assert.deepEqual(report.tree?.findings ?? [], [])
  assert.equal(code, 0, stderr)
  return report
}
